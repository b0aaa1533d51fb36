// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Submits random requests as a careful guest does (no two under way overlap when one of them
 * writes), and checks every answer: each request ends once, and a read sees for each sector a value
 * that it may have. Values: every write puts its own number into each sector.
 */
final class DiskWorkload {
    private static final int SECTOR = DiskProperties.SECTOR;

    private final SplittableRandom random;
    private final BlockPort port;
    private final int sectors;
    private final int sectorsPerRequestMax;
    private final List<Operation> free = new ArrayList<>();
    private final List<Operation> all = new ArrayList<>();
    private final BitSet busy;

    /** What each sector may hold; more than one value where a write's fate is not known. */
    private final List<Set<Long>> possible = new ArrayList<>();

    /** What each sector may hold after a crash: values since, and at, the last flush. */
    private final List<Set<Long>> recoverable = new ArrayList<>();

    private long nextValue = 1;
    private long ended;
    private long failed;
    private long writesEnded;
    private int crashes;

    /** The number of the earliest write that ended well and was lost, until a flush has failed. */
    private long firstLost = Long.MAX_VALUE;

    /** The number of the last write of each sector that has ended well. */
    private final long[] lastWrite;

    DiskWorkload(BlockPort port, long capacity, int depth, int sectorsPerRequestMax, long seed) {
        this.port = port;
        this.sectorsPerRequestMax = sectorsPerRequestMax;
        random = new SplittableRandom(seed);
        sectors = (int) (capacity / SECTOR);
        busy = new BitSet(sectors);
        lastWrite = new long[sectors];
        for (int i = 0; i < sectors; i++) {
            possible.add(new HashSet<>(Set.of(0L)));
            recoverable.add(new HashSet<>(Set.of(0L)));
        }
        for (int i = 0; i < depth; i++) {
            Operation operation = new Operation();
            free.add(operation);
            all.add(operation);
        }
    }

    private final class Operation {
        private final BlockRequest request = new BlockRequest();
        private final NativeBuffer memory = new NativeBuffer((long) sectorsPerRequestMax * SECTOR);
        private int first;
        private int count;
        private long value;
        private List<Set<Long>> flushed;
        private long writesEndedBefore;
        private int crashesBefore;
        private boolean isUnderWay;
    }

    /** Begins a request if one is free. */
    void submitOne() {
        if (free.isEmpty()) {
            return;
        }
        Operation operation = free.remove(free.size() - 1);
        BlockRequestKind kind = pickKind();
        operation.count = kind.hasRange() ? 1 + random.nextInt(sectorsPerRequestMax) : 0;
        operation.first = random.nextInt(sectors - operation.count + 1);
        if (kind.hasRange() && isBusy(operation)) {
            free.add(operation);
            return;
        }
        begin(operation, kind);
    }

    private BlockRequestKind pickKind() {
        int choice = random.nextInt(100);
        if (choice < 45) {
            return BlockRequestKind.WRITE;
        }
        if (choice < 90) {
            return BlockRequestKind.READ;
        }
        return choice < 97 ? BlockRequestKind.FLUSH : BlockRequestKind.WRITE_ZEROES;
    }

    private boolean isBusy(Operation operation) {
        int next = busy.nextSetBit(operation.first);
        return next >= 0 && next < operation.first + operation.count;
    }

    private void begin(Operation operation, BlockRequestKind kind) {
        operation.isUnderWay = true;
        operation.crashesBefore = crashes;
        long offset = (long) operation.first * SECTOR;
        long length = (long) operation.count * SECTOR;
        busy.set(operation.first, operation.first + operation.count);
        BlockRequest request = operation.request;
        request.begin(kind, kind.hasRange() ? offset : 0, length, (r, s) -> end(operation, s));
        switch (kind) {
            case WRITE -> {
                operation.value = nextValue++;
                fill(operation);
                addPossible(operation);
                request.data().add(operation.memory.slice(), 0, (int) length);
            }
            case WRITE_ZEROES -> {
                operation.value = 0;
                addPossible(operation);
            }
            case READ -> {
                operation.memory.slice().fill(0, length, (byte) 0xEE);
                request.data().add(operation.memory.slice(), 0, (int) length);
            }
            case FLUSH -> {
                operation.flushed = copyOfPossible();
                operation.writesEndedBefore = writesEnded;
            }
            case DISCARD, GET_ID -> throw new IllegalStateException("not part of this workload");
        }
        port.submit(request);
    }

    private void fill(Operation operation) {
        MemorySlice memory = operation.memory.slice();
        for (long at = 0; at < (long) operation.count * SECTOR; at += 8) {
            memory.putLong(at, operation.value);
        }
    }

    /** From its beginning on a write may be what a crash leaves. */
    private void addPossible(Operation operation) {
        for (int i = operation.first; i < operation.first + operation.count; i++) {
            possible.get(i).add(operation.value);
            recoverable.get(i).add(operation.value);
        }
    }

    private List<Set<Long>> copyOfPossible() {
        List<Set<Long>> copy = new ArrayList<>();
        possible.forEach(values -> copy.add(new HashSet<>(values)));
        return copy;
    }

    private void end(Operation operation, IoStatus status) {
        assertTrue(operation.isUnderWay, "a request ended twice");
        operation.isUnderWay = false;
        busy.clear(operation.first, operation.first + operation.count);
        ended++;
        BlockRequestKind kind = operation.request.kind();
        if (status != IoStatus.OK) {
            assertEquals(IoStatus.IO_ERROR, status);
            failed++;
            if (kind == BlockRequestKind.FLUSH) {
                firstLost = Long.MAX_VALUE;
            }
        } else {
            endWell(operation, kind);
        }
        free.add(operation);
    }

    private void endWell(Operation operation, BlockRequestKind kind) {
        switch (kind) {
            case READ -> checkRead(operation);
            case WRITE, WRITE_ZEROES -> {
                writesEnded++;
                for (int i = operation.first; i < operation.first + operation.count; i++) {
                    lastWrite[i] = writesEnded;
                    settle(i, operation);
                }
            }
            case FLUSH -> {
                assertTrue(
                        operation.writesEndedBefore < firstLost,
                        "a flush vouched for writes that a crash had lost");
                onFlushed(operation.flushed);
            }
            case DISCARD, GET_ID -> throw new IllegalStateException("not part of this workload");
        }
    }

    /** A write has ended well; if its answer was under way during a crash, it may be lost. */
    private void settle(int sector, Operation operation) {
        Set<Long> values = possible.get(sector);
        values.clear();
        values.add(operation.value);
        if (operation.crashesBefore != crashes) {
            values.addAll(recoverable.get(sector));
        }
    }

    /** Nothing older than what the flush found can come back. */
    private void onFlushed(List<Set<Long>> flushed) {
        for (int i = 0; i < sectors; i++) {
            Set<Long> now = new HashSet<>(flushed.get(i));
            now.addAll(possible.get(i));
            now.addAll(newer(recoverable.get(i), flushed.get(i)));
            recoverable.set(i, now);
        }
    }

    private static Set<Long> newer(Set<Long> values, Set<Long> base) {
        long newest = base.stream().mapToLong(Long::longValue).max().orElse(0);
        Set<Long> newer = new HashSet<>();
        for (long value : values) {
            // Zero is the value of every WRITE_ZEROES, so its age is not known.
            if (value == 0 || value > newest) {
                newer.add(value);
            }
        }
        return newer;
    }

    private void checkRead(Operation operation) {
        MemorySlice memory = operation.memory.slice();
        for (int i = 0; i < operation.count; i++) {
            long value = memory.getLong((long) i * SECTOR);
            for (long at = 0; at < SECTOR; at += 8) {
                assertEquals(value, memory.getLong((long) i * SECTOR + at), "torn sector");
            }
            Set<Long> values = possible.get(operation.first + i);
            assertTrue(
                    values.contains(value),
                    "sector "
                            + (operation.first + i)
                            + " holds "
                            + value
                            + ", not one of "
                            + values);
            // What was read before a crash may be gone; what is read after it stays.
            if (operation.crashesBefore == crashes) {
                values.clear();
                values.add(value);
            }
        }
    }

    /** The I/O host has lost what was not flushed; {@code disk} shows what is left. */
    void onCrash(SimulatedDisk disk) {
        crashes++;
        for (int i = 0; i < sectors; i++) {
            Set<Long> values = possible.get(i);
            boolean isLost = !values.contains(disk.value((long) i * SECTOR));
            if (isLost) {
                firstLost = Math.min(firstLost, lastWrite[i]);
            }
            values.addAll(recoverable.get(i));
        }
    }

    int underWay() {
        return all.size() - free.size();
    }

    long ended() {
        return ended;
    }

    long failed() {
        return failed;
    }

    void close() {
        all.forEach(operation -> operation.memory.close());
    }
}
