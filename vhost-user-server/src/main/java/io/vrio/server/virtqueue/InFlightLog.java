// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Which chains of a ring are taken and not given back, in memory that outlives us: whoever serves
 * the ring next finds there what we have left undone (vhost-user specification, "Inflight I/O
 * tracking", split virtqueue). Nothing read from it is believed. One worker.
 *
 * <pre>
 *  0 features u64 | version u16 | size u16 | last_batch_head u16 | used_idx u16
 * 16 {in flight u8 | 5 bytes | next u16 | counter u64} x size
 * </pre>
 */
public final class InFlightLog {
    private static final int VERSION = 8;
    private static final int SIZE = 10;
    private static final int LAST_BATCH_HEAD = 12;
    private static final int USED_IDX = 14;
    private static final int STATES = 16;

    private static final int STATE_LENGTH = 16;
    private static final int STATE_IN_FLIGHT = 0;
    private static final int STATE_NEXT = 6;
    private static final int STATE_COUNTER = 8;

    private static final short VERSION_1 = 1;
    private static final long ALIGNMENT = 64;

    private final MemorySlice memory;
    private final int size;

    /** Heads given back since the last {@link #onPublish}. */
    private final int[] batch;

    private int batchLength;
    private long counter;
    private boolean isKept;

    /**
     * @param memory {@link #length} bytes
     * @param size of the ring, or larger
     */
    public InFlightLog(MemorySlice memory, int size) {
        this.memory = memory;
        this.size = size;
        batch = new int[size];
        isKept = true;
    }

    private InFlightLog() {
        this(new MemorySlice(), 0);
        isKept = false;
    }

    /** For a frontend that wants none: nothing is written anywhere. */
    public static InFlightLog none() {
        return new InFlightLog();
    }

    /** Bytes that the log of a ring takes. */
    public static long length(int size) {
        long length = STATES + (long) size * STATE_LENGTH;
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Whether there is a state for each head of a ring of this size. */
    boolean holds(int ringSize) {
        return !isKept || ringSize <= size;
    }

    /**
     * Takes over what was left by whoever served the ring before.
     *
     * @param usedIdx of the used ring
     * @return the heads of what is in flight, in the order in which it was taken; null when nobody
     *     has served the ring with this log
     */
    int[] recover(int usedIdx) {
        if (!isKept) {
            return null;
        }
        boolean isNew = memory.getShort(VERSION) != VERSION_1;
        if (isNew) {
            memory.fill(0, length(size), (byte) 0);
            memory.putShort(SIZE, (short) size);
        } else {
            finishLastBatch(usedIdx);
        }
        memory.putShortRelease(USED_IDX, (short) usedIdx);
        memory.putShortRelease(VERSION, VERSION_1);
        return isNew ? null : inFlight();
    }

    /** Its elements were published, and perhaps not all of them noted as given back. */
    private void finishLastBatch(int usedIdx) {
        int left = Math.min(size, (usedIdx - memory.getUnsignedShort(USED_IDX)) & 0xFFFF);
        int head = memory.getUnsignedShort(LAST_BATCH_HEAD);
        for (; left > 0 && head < size; left--) {
            memory.putByte(state(head) + STATE_IN_FLIGHT, (byte) 0);
            head = memory.getUnsignedShort(state(head) + STATE_NEXT);
        }
    }

    private int[] inFlight() {
        // Copied first: what changes while it is sorted may not be sorted at all.
        long[] counters = new long[size];
        Arrays.setAll(counters, head -> memory.getLong(state(head) + STATE_COUNTER));
        counter = Arrays.stream(counters).max().orElse(0);
        return IntStream.range(0, size)
                .filter(head -> memory.getByte(state(head) + STATE_IN_FLIGHT) == 1)
                .boxed()
                .sorted(Comparator.comparingLong(head -> counters[head]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static long state(int head) {
        return STATES + (long) head * STATE_LENGTH;
    }

    /** A chain is taken; before anything is done for it. */
    void onTake(int head) {
        if (isKept) {
            counter++;
            memory.putLong(state(head) + STATE_COUNTER, counter);
            // Ordering: the age is there when the chain is found in flight.
            VarHandle.releaseFence();
            memory.putByte(state(head) + STATE_IN_FLIGHT, (byte) 1);
        }
    }

    /** The guest does not wait for the chain any more, or it will be taken again. */
    void onForget(int head) {
        if (isKept) {
            memory.putByte(state(head) + STATE_IN_FLIGHT, (byte) 0);
        }
    }

    /** The used ring has an element for the chain, which the guest cannot see yet. */
    void onPush(int head) {
        if (isKept) {
            memory.putShort(state(head) + STATE_NEXT, memory.getShort(LAST_BATCH_HEAD));
            memory.putShort(LAST_BATCH_HEAD, (short) head);
            batch[batchLength++] = head;
        }
    }

    /** The guest sees what was pushed, up to {@code usedIdx}. */
    void onPublish(int usedIdx) {
        if (isKept) {
            // Ordering: who finds a chain not in flight must find it in the used ring.
            VarHandle.releaseFence();
            for (int i = 0; i < batchLength; i++) {
                memory.putByte(state(batch[i]) + STATE_IN_FLIGHT, (byte) 0);
            }
            batchLength = 0;
            memory.putShortRelease(USED_IDX, (short) usedIdx);
        }
    }

    /** From now on nothing is noted: what is in flight now is for whoever serves the ring next. */
    public void close() {
        isKept = false;
    }
}
