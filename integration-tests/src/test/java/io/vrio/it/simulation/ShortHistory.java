// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * A few operations on one sector, of which nobody knows whether they can have happened. Kinds: 0 to
 * 3 are changes that ended well or failed, once or again and again; others are reads.
 */
final class ShortHistory {
    private static final int FIRST_READ = 4;

    /** Each operation twice: where it begins and where it ends. */
    private final int[] timing;

    private final List<SectorOperation> operations = new ArrayList<>();
    private final int[] kinds;

    private ShortHistory(int[] kinds, int[] timing) {
        this.kinds = kinds.clone();
        this.timing = timing.clone();
        for (int i = 0; i < kinds.length; i++) {
            operations.add(operation(i));
        }
    }

    private SectorOperation operation(int index) {
        long begunAt = -1;
        long endedAt = -1;
        for (int at = 0; at < timing.length; at++) {
            if (timing[at] == index) {
                begunAt = begunAt < 0 ? at : begunAt;
                endedAt = at;
            }
        }
        int kind = kinds[index];
        SectorOperation operation;
        if (kind < FIRST_READ) {
            operation = SectorOperation.change(0, 1, index + 1, begunAt);
            operation.isRepeatable = kind >= 2;
            if (kind % 2 == 0) {
                operation.sure();
            }
        } else {
            operation = SectorOperation.read(0, 1, begunAt);
            operation.found(new long[] {kind - FIRST_READ});
        }
        operation.endedAt = endedAt;
        return operation;
    }

    /** All orders in which so many operations can begin and end. */
    static void forEachTiming(int[] kinds, Consumer<ShortHistory> consumer) {
        place(new int[2 * kinds.length], 0, new int[kinds.length], kinds, consumer);
    }

    private static void place(
            int[] timing, int at, int[] used, int[] kinds, Consumer<ShortHistory> consumer) {
        if (at == timing.length) {
            consumer.accept(new ShortHistory(kinds, timing));
            return;
        }
        for (int i = 0; i < used.length; i++) {
            if (used[i] < 2) {
                used[i]++;
                timing[at] = i;
                place(timing, at + 1, used, kinds, consumer);
                used[i]--;
            }
        }
    }

    static ShortHistory random(int count, SplittableRandom random) {
        int[] kinds = new int[count];
        int[] timing = new int[2 * count];
        for (int i = 0; i < count; i++) {
            boolean isRead = random.nextBoolean();
            kinds[i] = isRead ? FIRST_READ + random.nextInt(count + 1) : random.nextInt(FIRST_READ);
            timing[2 * i] = i;
            timing[2 * i + 1] = i;
        }
        for (int i = timing.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = timing[i];
            timing[i] = timing[other];
            timing[other] = kept;
        }
        return new ShortHistory(kinds, timing);
    }

    /** What the search says that the sector may hold at the end. */
    Set<Long> searched() {
        long[] ends =
                RegisterSearch.ends(
                        0, new long[] {0}, operations, (version, seen) -> version == seen ? 1 : 0);
        Set<Long> all = new TreeSet<>();
        LongStream.of(ends).forEach(all::add);
        return all;
    }

    /** The same, found by doing everything in every order. */
    Set<Long> tried() {
        EveryOrder disk = new EveryOrder(operations);
        int begun = 0;
        for (int index : timing) {
            if ((begun & 1 << index) == 0) {
                begun |= 1 << index;
                disk.begin(index);
            } else {
                SectorOperation operation = operations.get(index);
                disk.end(index, operation.isRead() || operation.isSure(0));
            }
        }
        return disk.versions();
    }

    @Override
    public String toString() {
        return "kinds " + Arrays.toString(kinds) + " times " + Arrays.toString(timing);
    }
}
