// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;

/**
 * One of the four rings that an AF_XDP socket shares with the kernel: two free-running indices, and
 * a power of two of entries. This side either fills entries ({@link #room}, {@link #publish}) or
 * empties them ({@link #ready}, {@link #release}). One worker.
 */
final class XdpRing {
    /** In the flags of a ring: the kernel looks at it only when it is called. */
    private static final int NEED_WAKEUP = 1;

    /** Where the kernel has put a ring's parts (struct xdp_ring_offset). */
    record Layout(int producer, int consumer, int entries, int flags) {}

    private final MemorySlice memory;
    private final Layout layout;
    private final int entryLength;
    private final int count;

    /** Free-running: up to here this side has filled, or emptied. */
    private int index;

    /** The other side's, as it was seen last. */
    private int otherIndex;

    /**
     * @param count entries, a power of two
     */
    XdpRing(MemorySlice memory, Layout layout, int entryLength, int count) {
        this.memory = memory;
        this.layout = layout;
        this.entryLength = entryLength;
        this.count = count;
    }

    /** Entries that can be filled now. */
    int room() {
        int room = count - (index - otherIndex);
        if (room <= 0) {
            // Ordering: an entry is filled again only after the kernel has read it.
            otherIndex = memory.getIntAcquire(layout.consumer);
            room = count - (index - otherIndex);
        }
        // Limit: whatever stands there, this side overruns no entry that it may not.
        return Math.max(0, Math.min(count, room));
    }

    /** Where the {@code ahead}-th entry that can be filled, or is to be emptied, begins. */
    long entry(int ahead) {
        return layout.entries + (long) entryLength * (index + ahead & count - 1);
    }

    /** Shows the kernel {@code filled} entries more. */
    void publish(int filled) {
        index += filled;
        // Ordering: the kernel must not see the index before the entries it covers.
        memory.putIntRelease(layout.producer, index);
    }

    /** Entries that the kernel has filled and this side has not released. */
    int ready() {
        int ready = otherIndex - index;
        if (ready <= 0) {
            // Ordering: entries, and what they point to, are read after the index.
            otherIndex = memory.getIntAcquire(layout.producer);
            ready = otherIndex - index;
        }
        return Math.max(0, Math.min(count, ready));
    }

    /** Gives {@code emptied} entries back. */
    void release(int emptied) {
        index += emptied;
        // Ordering: the kernel must not fill an entry before it was read.
        memory.putIntRelease(layout.consumer, index);
    }

    boolean isWakeUpNeeded() {
        return (memory.getIntAcquire(layout.flags) & NEED_WAKEUP) != 0;
    }

    MemorySlice memory() {
        return memory;
    }
}
