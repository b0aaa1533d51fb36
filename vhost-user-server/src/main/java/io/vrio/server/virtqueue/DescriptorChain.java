// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.SliceList;

/**
 * One chain taken from a virtqueue, translated and checked: what the device may read, then what it
 * may write. Reused for the next chain; its owner is whoever polls. Framing is not kept: where
 * descriptors begin and end means nothing (virtio 1.2, 2.7.4.2).
 */
public final class DescriptorChain {
    private final SliceList readable = new SliceList();
    private final SliceList writable = new SliceList();
    private int headIndex;

    void begin(int head) {
        headIndex = head;
        readable.clear();
        writable.clear();
    }

    /** Identifies the chain to the guest and is unique among those in flight. */
    public int headIndex() {
        return headIndex;
    }

    /** Guest memory the device reads. */
    public SliceList readable() {
        return readable;
    }

    /** Guest memory the device writes. */
    public SliceList writable() {
        return writable;
    }
}
