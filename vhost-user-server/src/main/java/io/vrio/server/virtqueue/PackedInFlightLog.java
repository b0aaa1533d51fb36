// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Which chains of a packed ring are taken and not given back, in memory that outlives us
 * (vhost-user specification, "Inflight I/O tracking", packed virtqueue). It holds copies of their
 * descriptors, which used ones overwrite in the ring. Written by us, and read by {@link
 * PackedRecovery} only. One worker.
 *
 * <pre>
 *  0 features u64 | version u16 | size u16 | free_head u16 | old_free_head u16
 * 16 used_idx u16 | old_used_idx u16 | used_wrap u8 | old_used_wrap u8 | 10 bytes
 * 32 {in flight u8 | 1 byte | next u16 | last u16 | num u16 | counter u64
 *     id u16 | flags u16 | length u32 | address u64} x size
 * </pre>
 */
public final class PackedInFlightLog {
    static final int VERSION = 8;
    static final int SIZE = 10;
    static final int FREE_HEAD = 12;
    static final int OLD_FREE_HEAD = 14;
    static final int USED_IDX = 16;
    static final int OLD_USED_IDX = 18;
    static final int USED_WRAP = 20;
    static final int OLD_USED_WRAP = 21;

    static final int STATE_IN_FLIGHT = 0;
    static final int STATE_NEXT = 2;
    static final int STATE_LAST = 4;
    static final int STATE_NUM = 6;
    static final int STATE_COUNTER = 8;
    static final int STATE_ID = 16;
    static final int STATE_FLAGS = 18;
    static final int STATE_BYTES = 20;
    static final int STATE_ADDRESS = 24;

    static final short VERSION_1 = 1;

    private static final int STATES = 32;
    private static final int STATE_LENGTH = 32;
    private static final long ALIGNMENT = 64;
    private static final int NONE = -1;

    private final MemorySlice memory;
    private final int size;

    /** What the memory is to say, by state: nothing is read back from there. */
    private final int[] next;

    /** By state that is the head of a chain. */
    private final int[] last;

    /** By buffer id: the head of the chain's states, {@link #NONE} without a chain. */
    private final int[] headOf;

    private int freeHead;

    /** Heads given back since the last {@link #onPublished}. */
    private final int[] batch;

    private int batchLength;
    private int batchFreeHead;
    private long counter;
    private boolean isKept;

    /**
     * @param memory {@link #length} bytes
     * @param size of the ring, or larger
     */
    public PackedInFlightLog(MemorySlice memory, int size) {
        this.memory = memory;
        this.size = size;
        next = new int[size];
        last = new int[size];
        headOf = new int[size];
        batch = new int[size];
        isKept = true;
    }

    private PackedInFlightLog() {
        this(new MemorySlice(), 0);
        isKept = false;
    }

    /** For a frontend that wants none: nothing is written anywhere. */
    static PackedInFlightLog none() {
        return new PackedInFlightLog();
    }

    /** Bytes that the log of a ring takes. */
    public static long length(int size) {
        long length = STATES + (long) size * STATE_LENGTH;
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    static long state(int state) {
        return STATES + (long) state * STATE_LENGTH;
    }

    /** Whether there is a state for each descriptor of a ring of this size. */
    boolean holds(int ringSize) {
        return !isKept || ringSize <= size;
    }

    /**
     * Takes over what was left by whoever served the ring before.
     *
     * @param ring its descriptors
     * @param used where the frontend says that used descriptors go on; moved to where they do
     * @return the buffer ids of what is in flight, in the order in which it was taken; null when
     *     nobody has served the ring with this log
     */
    int[] recover(MemorySlice ring, int ringSize, RingCursor used) {
        if (!isKept) {
            return null;
        }
        PackedRecovery found = null;
        if (memory.getShort(VERSION) == VERSION_1) {
            found = new PackedRecovery(memory, size, ringSize);
            found.judge(ring, used);
        } else {
            memory.fill(0, length(size), (byte) 0);
            memory.putShort(SIZE, (short) size);
        }
        rebuild(found);
        putPlace(USED_IDX, USED_WRAP, used.place());
        putPlace(OLD_USED_IDX, OLD_USED_WRAP, used.place());
        memory.putShortRelease(VERSION, VERSION_1);
        return found == null ? null : found.ids();
    }

    /** Chains as they were found; all other states are free. */
    private void rebuild(PackedRecovery found) {
        Arrays.fill(headOf, NONE);
        freeHead = size;
        for (int state = size - 1; state >= 0; state--) {
            if (found == null || !found.isClaimed(state)) {
                memory.putByte(state(state) + STATE_IN_FLIGHT, (byte) 0);
                link(state, freeHead);
                freeHead = state;
            }
        }
        if (found != null) {
            counter = found.counterMax();
            found.chains().forEach(this::restore);
        }
        putFreeHead();
    }

    private void restore(PackedRecovery.Chain chain) {
        int[] states = chain.states();
        for (int i = 1; i < states.length; i++) {
            next[states[i - 1]] = states[i];
        }
        last[states[0]] = states[states.length - 1];
        headOf[chain.id()] = states[0];
    }

    private void link(int state, int nextState) {
        next[state] = nextState;
        memory.putShort(state(state) + STATE_NEXT, (short) nextState);
    }

    private void putFreeHead() {
        memory.putShortRelease(FREE_HEAD, (short) freeHead);
        memory.putShortRelease(OLD_FREE_HEAD, (short) freeHead);
    }

    private void putPlace(int idx, int wrap, int place) {
        memory.putShort(idx, (short) (place & RingCursor.SLOT_MASK));
        memory.putByte(wrap, (byte) ((place & RingCursor.WRAP) == 0 ? 0 : 1));
    }

    /** The descriptors of a chain that was found in flight. */
    void copyTo(PackedChainCopy copy, int id) {
        int head = headOf[id];
        int state = head;
        copy.clear();
        copy.setId(id);
        while (true) {
            copyState(copy, state(state));
            if (state == last[head]) {
                return;
            }
            state = next[state];
        }
    }

    private void copyState(PackedChainCopy copy, long offset) {
        copy.add(
                memory.getLong(offset + STATE_ADDRESS),
                memory.getInt(offset + STATE_BYTES),
                memory.getUnsignedShort(offset + STATE_FLAGS));
    }

    /** A chain is taken, with a checked id; before anything is done for it. */
    void onTake(PackedChainCopy chain) {
        if (!isKept) {
            return;
        }
        int head = freeHead;
        int tail = head;
        for (int i = 1; i < chain.count(); i++) {
            tail = next[tail];
        }
        headOf[chain.id()] = head;
        last[head] = tail;
        freeHead = next[tail];
        putStates(chain, head);
        long offset = state(head);
        counter++;
        memory.putShort(offset + STATE_LAST, (short) tail);
        memory.putShort(offset + STATE_NUM, (short) chain.count());
        memory.putLong(offset + STATE_COUNTER, counter);
        // Ordering: all of the chain is there when it is found in flight, and it is in flight when
        // its states are found to be free no more.
        VarHandle.releaseFence();
        memory.putByte(offset + STATE_IN_FLIGHT, (byte) 1);
        putFreeHead();
    }

    private void putStates(PackedChainCopy chain, int head) {
        int state = head;
        for (int i = 0; i < chain.count(); i++) {
            long offset = state(state);
            memory.putShort(offset + STATE_ID, (short) chain.id());
            memory.putShort(offset + STATE_FLAGS, (short) chain.flags(i));
            memory.putInt(offset + STATE_BYTES, (int) chain.length(i));
            memory.putLong(offset + STATE_ADDRESS, chain.guestAddress(i));
            state = next[state];
        }
    }

    /** The guest does not wait for the chain any more, or it will be taken again. */
    void onForget(int id) {
        if (!isKept || headOf[id] == NONE) {
            return;
        }
        int head = headOf[id];
        headOf[id] = NONE;
        memory.putByte(state(head) + STATE_IN_FLIGHT, (byte) 0);
        link(last[head], freeHead);
        freeHead = head;
        putFreeHead();
    }

    /** Chains are about to be used, the guest seeing all of them at once. */
    void beginBatch() {
        batchLength = 0;
        batchFreeHead = freeHead;
    }

    /** One more of the batch. */
    void onUse(int id) {
        if (isKept) {
            int head = headOf[id];
            batch[batchLength++] = head;
            link(last[head], batchFreeHead);
            batchFreeHead = head;
        }
    }

    /**
     * The guest sees the batch next.
     *
     * @param place where used descriptors go on behind it
     */
    void onPublish(int place) {
        if (isKept) {
            memory.putShort(FREE_HEAD, (short) batchFreeHead);
            putPlace(USED_IDX, USED_WRAP, place);
            // The release of the flags that the guest looks at comes behind it.
        }
    }

    /** The guest has seen the batch. */
    void onPublished(int place) {
        if (isKept) {
            // Ordering: who finds a chain not in flight must find it used in the ring.
            VarHandle.releaseFence();
            for (int i = 0; i < batchLength; i++) {
                memory.putByte(state(batch[i]) + STATE_IN_FLIGHT, (byte) 0);
            }
            freeHead = batchFreeHead;
            memory.putShort(OLD_FREE_HEAD, (short) freeHead);
            putPlace(OLD_USED_IDX, OLD_USED_WRAP, place);
        }
    }

    /** From now on nothing is noted: what is in flight now is for whoever serves the ring next. */
    void close() {
        isKept = false;
    }
}
