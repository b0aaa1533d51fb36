// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.SliceList;
import io.vrio.server.memory.GuestMemory;

/**
 * Puts what descriptors name into a chain, translated and checked, whatever the format of the ring
 * that they come from. One per virtqueue.
 */
final class ChainBuilder {
    /** Bytes of a descriptor, of either format. */
    static final int DESCRIPTOR_LENGTH = 16;

    /** Limit: bytes of one chain; the specification allows no more than 2^32. */
    private static final long BYTES_MAX = Integer.MAX_VALUE;

    private final GuestMemory memory;
    private final boolean hasIndirect;

    ChainBuilder(GuestMemory memory, boolean hasIndirect) {
        this.memory = memory;
        this.hasIndirect = hasIndirect;
    }

    /**
     * Adds the memory of one descriptor.
     *
     * @param length 0 to 2^32 - 1
     * @return what is wrong with it, or null
     */
    RingCounter add(DescriptorChain chain, long guestAddress, long length, boolean isWritable) {
        if (!isWritable && chain.writable().count() > 0) {
            return RingCounter.READABLE_AFTER_WRITABLE;
        }
        if (length > BYTES_MAX - chain.readable().length() - chain.writable().length()) {
            return RingCounter.CHAIN_TOO_LONG;
        }
        if (length == 0) {
            // Legal in no version of virtio, harmless, and seen: nothing to translate.
            return null;
        }
        SliceList target = isWritable ? chain.writable() : chain.readable();
        if (!memory.translate(guestAddress, (int) length, target)) {
            return RingCounter.NOT_MAPPED;
        }
        if (isWritable) {
            chain.addWritten(guestAddress, (int) length);
        }
        return null;
    }

    /**
     * Copies an indirect table to the chain's {@link DescriptorChain#table}.
     *
     * @param length 0 to 2^32 - 1
     * @return what is wrong with it, or null
     */
    RingCounter copyTable(DescriptorChain chain, long guestAddress, long length) {
        if (!hasIndirect) {
            return RingCounter.INDIRECT_NOT_NEGOTIATED;
        }
        if (length == 0 || length % DESCRIPTOR_LENGTH != 0 || length > chain.table().length()) {
            return RingCounter.INDIRECT_LENGTH;
        }
        SliceList pieces = chain.tablePieces();
        pieces.clear();
        if (!memory.translate(guestAddress, (int) length, pieces)) {
            return RingCounter.NOT_MAPPED;
        }
        pieces.copyTo(0, chain.table(), 0, length);
        return null;
    }
}
