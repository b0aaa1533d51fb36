// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;

/**
 * Tells from the descriptors of a packed ring where it goes on, for a frontend that lost its server
 * and with it the place: QEMU then says where the ring was started last. Only rings whose chains
 * are given back in order tell it.
 */
final class PackedResumption {
    private final MemorySlice ring;
    private final int size;

    /** Where the driver makes the next descriptor available. */
    private final RingCursor driver;

    /** Descriptors before it that are available and not used. */
    private int waiting;

    private PackedResumption(MemorySlice ring, int size) {
        this.ring = ring;
        this.size = size;
        driver = new RingCursor(size);
    }

    /** The same layout, if need be with another base; one that is valid. */
    static RingLayout resume(GuestMemory memory, RingLayout layout) {
        MemorySlice ring = new MemorySlice();
        long length = (long) layout.size() * PackedChainCopy.LENGTH;
        if (!memory.translateFrontend(layout.descriptors(), length, ring)) {
            return layout;
        }
        return new PackedResumption(ring, layout.size()).resume(layout);
    }

    private RingLayout resume(RingLayout layout) {
        findDriver();
        RingCursor first = new RingCursor(size);
        first.moveTo(driver.place());
        while (waiting < size && isAvailableBefore(first)) {
            first.retreat(1);
            waiting++;
        }
        int told = layout.base() & RingCursor.PLACE_MASK;
        if (isWaiting(told, first) && hasTails(first)) {
            // What looks as if it waited may be the rest of a used chain.
            return layout;
        }
        return told == first.place() ? layout : layout.withBase(first.place());
    }

    /** The driver changes one bit of each descriptor in each round. */
    private void findDriver() {
        boolean isFirstSet = isAvailSet(0);
        int slot = 1;
        while (slot < size && isAvailSet(slot) == isFirstSet) {
            slot++;
        }
        boolean isRoundOver = slot == size;
        boolean wrap = isFirstSet != isRoundOver;
        driver.moveTo((isRoundOver ? 0 : slot) | (wrap ? RingCursor.WRAP : 0));
    }

    private boolean isAvailSet(int slot) {
        // Available with the wrap counter at 1, or used in the same round.
        return (flags(slot) & RingCursor.AVAIL) != 0;
    }

    private int flags(int slot) {
        return ring.getUnsignedShort((long) slot * PackedChainCopy.LENGTH + PackedChainCopy.FLAGS);
    }

    private boolean isAvailableBefore(RingCursor cursor) {
        RingCursor before = new RingCursor(size);
        before.moveTo(cursor.place());
        before.retreat(1);
        return before.isAvailable(flags(before.slot()));
    }

    /** Whether a place is between the first descriptor that waits and the driver's next one. */
    private boolean isWaiting(int place, RingCursor first) {
        for (int i = 0; i <= waiting; i++) {
            if (first.placeAhead(i) == place) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether there are chains of several descriptors: only the first of them is marked as used.
     */
    private boolean hasTails(RingCursor first) {
        RingCursor cursor = new RingCursor(size);
        cursor.moveTo(first.place());
        for (int i = waiting; i < size; i++) {
            cursor.retreat(1);
            if (cursor.isAvailable(flags(cursor.slot()))) {
                return true;
            }
        }
        return false;
    }
}
