// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One random life of a sector, with flushes, up to a crash: played to {@link SectorHistory}, and to
 * {@link EveryOrder}, which has the last word.
 */
final class CrashHistory implements AutoCloseable {
    static final int RIGHTLY_BELIEVED = 0;
    static final int RIGHTLY_REFUSED = 1;
    static final int WRONGLY_BELIEVED = 2;
    static final int WRONGLY_REFUSED = 3;

    private static final int STEPS = 10;
    private static final int OPERATIONS_MAX = 5;

    private final SectorHistory history = new SectorHistory(1, false);
    private final List<SectorOperation> operations = new ArrayList<>();
    private final EveryOrder disk = new EveryOrder(operations);
    private final List<Integer> underWay = new ArrayList<>();
    private final NativeBuffer memory = new NativeBuffer(SectorHistory.SECTOR);
    private final boolean isCareful;
    private final SplittableRandom random;
    private int changes;

    private CrashHistory(boolean isCareful, SplittableRandom random) {
        this.isCareful = isCareful;
        this.random = random;
    }

    /** How many verdicts of each kind there are. */
    static long[] compare(int count, boolean isCareful, SplittableRandom random) {
        long[] counts = new long[4];
        for (int i = 0; i < count; i++) {
            try (CrashHistory one = new CrashHistory(isCareful, random)) {
                counts[one.verdict()]++;
            }
        }
        return counts;
    }

    private int verdict() {
        boolean isBelieved = true;
        boolean isPossible;
        try {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            while (!underWay.isEmpty()) {
                end();
            }
        } catch (AssertionError e) {
            isBelieved = false;
        }
        // The operation that was refused has ended for the disk as well.
        long left = random.nextInt(changes + 1);
        isPossible = disk.mayLeave(left);
        if (isBelieved) {
            put(left);
            try {
                history.onCrash(memory.slice(), true);
            } catch (AssertionError e) {
                isBelieved = false;
            }
        } else {
            isPossible = !disk.versions().isEmpty();
        }
        int right = isBelieved ? RIGHTLY_BELIEVED : RIGHTLY_REFUSED;
        int wrong = isBelieved ? WRONGLY_BELIEVED : WRONGLY_REFUSED;
        return isBelieved == isPossible ? right : wrong;
    }

    private void step() {
        int choice = random.nextInt(4);
        boolean mayBegin = operations.size() < OPERATIONS_MAX;
        if (choice < 2 && mayBegin && (!isCareful || underWay.isEmpty())) {
            begin();
        } else if (choice == 2 && !underWay.isEmpty()) {
            end();
        } else if (choice == 3) {
            long begunAt = history.now();
            disk.flush();
            history.onFlushed(begunAt, begunAt);
        }
    }

    private void begin() {
        boolean isRead = random.nextInt(3) == 0;
        SectorOperation operation =
                isRead ? history.beginRead(0, 1) : history.beginChange(0, 1, false);
        changes += isRead ? 0 : 1;
        if (isRead) {
            // Mostly what the disk may well hold, so that a history goes on.
            List<Long> likely = List.copyOf(disk.versions());
            boolean isLikely = random.nextInt(4) > 0 && !likely.isEmpty();
            long seen =
                    isLikely
                            ? likely.get(random.nextInt(likely.size()))
                            : random.nextInt(changes + 1);
            operation.found(new long[] {seen});
        } else if (random.nextInt(4) == 0) {
            operation.isRepeatable = true;
        }
        operations.add(operation);
        underWay.add(operations.size() - 1);
        disk.begin(operations.size() - 1);
    }

    private void end() {
        int index = underWay.remove(random.nextInt(underWay.size()));
        SectorOperation operation = operations.get(index);
        boolean isSure = !operation.isRead() && random.nextInt(4) > 0;
        disk.end(index, isSure || operation.isRead());
        if (operation.isRead()) {
            put(operation.seen(0));
            history.onRead(operation, memory.slice());
        } else if (isSure) {
            history.onChanged(operation);
        } else {
            history.onFailed(operation);
        }
    }

    private void put(long version) {
        memory.slice().fill(0, SectorHistory.SECTOR, (byte) 0);
        if (version > 0) {
            SectorHistory.fill(memory.slice(), 0, 1, version);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
