// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static io.vrio.server.virtqueue.PackedInFlightLog.FREE_HEAD;
import static io.vrio.server.virtqueue.PackedInFlightLog.OLD_FREE_HEAD;
import static io.vrio.server.virtqueue.PackedInFlightLog.OLD_USED_IDX;
import static io.vrio.server.virtqueue.PackedInFlightLog.OLD_USED_WRAP;
import static io.vrio.server.virtqueue.PackedInFlightLog.STATE_COUNTER;
import static io.vrio.server.virtqueue.PackedInFlightLog.STATE_ID;
import static io.vrio.server.virtqueue.PackedInFlightLog.STATE_IN_FLIGHT;
import static io.vrio.server.virtqueue.PackedInFlightLog.STATE_NEXT;
import static io.vrio.server.virtqueue.PackedInFlightLog.STATE_NUM;
import static io.vrio.server.virtqueue.PackedInFlightLog.USED_IDX;
import static io.vrio.server.virtqueue.PackedInFlightLog.USED_WRAP;
import static io.vrio.server.virtqueue.PackedInFlightLog.state;

import io.vrio.common.memory.MemorySlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads what the one before us has left in a {@link PackedInFlightLog}. The frontend may have
 * written anything there: each field is read once, and what makes no sense is not in flight.
 */
final class PackedRecovery {
    private final MemorySlice memory;
    private final int size;
    private final int ringSize;

    /** States that are on the list of free ones, or belong to a chain. */
    private final boolean[] isFree;

    private final boolean[] isClaimed;
    private final boolean[] isIdClaimed;
    private final List<Chain> chains = new ArrayList<>();
    private int descriptorsLeft;
    private long counterMax;

    /** A chain in flight: its buffer id, and a state for each of its descriptors. */
    record Chain(int id, int[] states) {}

    PackedRecovery(MemorySlice memory, int size, int ringSize) {
        this.memory = memory;
        this.size = size;
        this.ringSize = ringSize;
        isFree = new boolean[size];
        isClaimed = new boolean[size];
        isIdClaimed = new boolean[ringSize];
        descriptorsLeft = ringSize;
    }

    /**
     * Finds what is in flight, and where used descriptors go on.
     *
     * @param used moved there, if that place is in the ring
     */
    void judge(MemorySlice ring, RingCursor used) {
        int old = place(OLD_USED_IDX, OLD_USED_WRAP);
        int now = place(USED_IDX, USED_WRAP);
        boolean isDone = old == now || isSeen(ring, old);
        // A batch that was noted and that the guest has not seen is taken back.
        int place = isDone ? now : old;
        if (isInRing(place)) {
            used.moveTo(place);
        }
        walkFree(memory.getUnsignedShort(old != now && isDone ? FREE_HEAD : OLD_FREE_HEAD));
        findChains();
    }

    private int place(int idx, int wrap) {
        int slot = memory.getUnsignedShort(idx) & RingCursor.SLOT_MASK;
        return slot | (memory.getByte(wrap) == 0 ? 0 : RingCursor.WRAP);
    }

    private boolean isInRing(int place) {
        return (place & RingCursor.SLOT_MASK) < ringSize;
    }

    /** Whether the first descriptor of a batch is used in the ring. */
    private boolean isSeen(MemorySlice ring, int place) {
        if (!isInRing(place)) {
            return true;
        }
        long offset = (long) (place & RingCursor.SLOT_MASK) * PackedChainCopy.LENGTH;
        int flags = ring.getUnsignedShort(offset + PackedChainCopy.FLAGS);
        return !RingCursor.isAvailable(flags, (place & RingCursor.WRAP) != 0);
    }

    /** What is on the list is not in flight, whatever it says itself. */
    private void walkFree(int head) {
        int state = head;
        while (state < size && !isFree[state]) {
            isFree[state] = true;
            state = memory.getUnsignedShort(state(state) + STATE_NEXT);
        }
    }

    private void findChains() {
        // Copied first: what changes while it is sorted may not be sorted at all.
        long[] counters = new long[size];
        Arrays.setAll(counters, state -> memory.getLong(state(state) + STATE_COUNTER));
        counterMax = Arrays.stream(counters).max().orElse(0);
        IntStream.range(0, size)
                .filter(state -> memory.getByte(state(state) + STATE_IN_FLIGHT) == 1)
                .boxed()
                .sorted(Comparator.comparingLong(state -> counters[state]))
                .forEach(this::addChain);
    }

    private void addChain(int head) {
        int count = memory.getUnsignedShort(state(head) + STATE_NUM);
        if (count < 1 || count > descriptorsLeft) {
            return;
        }
        int[] states = new int[count];
        int state = head;
        for (int i = 0; i < count; i++) {
            if (state >= size || isFree[state] || isClaimed[state]) {
                return;
            }
            states[i] = state;
            state = memory.getUnsignedShort(state(state) + STATE_NEXT);
        }
        int id = memory.getUnsignedShort(state(states[count - 1]) + STATE_ID);
        // A loop would name a state twice.
        if (Arrays.stream(states).distinct().count() == count && id < ringSize) {
            claim(id, states);
        }
    }

    private void claim(int id, int[] states) {
        if (isIdClaimed[id]) {
            return;
        }
        isIdClaimed[id] = true;
        Arrays.stream(states).forEach(state -> isClaimed[state] = true);
        descriptorsLeft -= states.length;
        chains.add(new Chain(id, states));
    }

    /** In the order in which they were taken. */
    List<Chain> chains() {
        return chains;
    }

    int[] ids() {
        return chains.stream().mapToInt(Chain::id).toArray();
    }

    boolean isClaimed(int state) {
        return isClaimed[state];
    }

    /** The age of the chain that was taken last. */
    long counterMax() {
        return counterMax;
    }
}
