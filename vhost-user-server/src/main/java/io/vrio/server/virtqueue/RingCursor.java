// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/**
 * A place in a packed ring: a slot, and the wrap counter of the round in which it is reached, by
 * which flags of this round are told from older ones (virtio 1.2, 2.8.1). As a number, a place is
 * slot | wrap counter << 15, in the ring's event structures and in vhost-user alike.
 */
final class RingCursor {
    static final int SLOT_MASK = 0x7FFF;
    static final int WRAP = 0x8000;
    static final int PLACE_MASK = 0xFFFF;

    static final int AVAIL = 1 << 7;

    private static final int USED = 1 << 15;
    private static final int BOTH = AVAIL | USED;

    private final int size;
    private int slot;
    private boolean wrap;

    /** At the beginning of a ring that nobody has used. */
    RingCursor(int size) {
        this.size = size;
        wrap = true;
    }

    /** To a place whose slot is in the ring. */
    void moveTo(int place) {
        slot = place & SLOT_MASK;
        wrap = (place & WRAP) != 0;
    }

    int slot() {
        return slot;
    }

    boolean wrap() {
        return wrap;
    }

    int place() {
        return slot | (wrap ? WRAP : 0);
    }

    /** The place so many descriptors further on, at most the ring's size. */
    int placeAhead(int count) {
        int ahead = slot + count;
        boolean isWrapped = ahead >= size;
        return (isWrapped ? ahead - size : ahead) | (wrap != isWrapped ? WRAP : 0);
    }

    void advance(int count) {
        moveTo(placeAhead(count));
    }

    /** Takes back an advance of so many descriptors. */
    void retreat(int count) {
        slot -= count;
        if (slot < 0) {
            slot += size;
            wrap = !wrap;
        }
    }

    /** The slot behind another one. */
    int slotAfter(int other) {
        return other + 1 == size ? 0 : other + 1;
    }

    /** Whether a descriptor with these flags, here, was made available and not used yet. */
    boolean isAvailable(int flags) {
        return isAvailable(flags, wrap);
    }

    static boolean isAvailable(int flags, boolean wrap) {
        return (flags & BOTH) == (wrap ? AVAIL : USED);
    }

    /** The flags of a descriptor that is used here. */
    int usedFlags() {
        return wrap ? BOTH : 0;
    }
}
