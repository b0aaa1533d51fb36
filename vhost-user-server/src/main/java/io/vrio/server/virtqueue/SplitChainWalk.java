// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.server.memory.GuestMemory;

/**
 * Follows the descriptors of one chain of a split ring and translates their addresses. Bounded by
 * the sizes of the tables, so that a loop ends. One per virtqueue.
 */
final class SplitChainWalk {
    /** Limit: bytes of one chain; the specification allows no more than 2^32. */
    private static final long BYTES_MAX = Integer.MAX_VALUE;

    private final GuestMemory memory;
    private final boolean hasIndirect;
    private final SplitDescriptor descriptor = new SplitDescriptor();
    private MemorySlice table;
    private int tableSize;
    private boolean isInIndirect;

    SplitChainWalk(GuestMemory memory, boolean hasIndirect) {
        this.memory = memory;
        this.hasIndirect = hasIndirect;
    }

    /**
     * Fills the chain from its head on.
     *
     * @return what is wrong with it, or null
     */
    RingCounter walk(MemorySlice descriptors, int size, DescriptorChain chain) {
        table = descriptors;
        tableSize = size;
        isInIndirect = false;
        int index = chain.headIndex();
        int left = size;
        while (true) {
            if (left-- == 0) {
                return RingCounter.CHAIN_TOO_LONG;
            }
            descriptor.copyFrom(table, index);
            if (descriptor.isIndirect()) {
                RingCounter fault = enterIndirect(chain);
                if (fault != null) {
                    return fault;
                }
                index = 0;
                left = tableSize;
                continue;
            }
            RingCounter fault = addTo(chain);
            if (fault != null || !descriptor.hasNext()) {
                return fault;
            }
            index = descriptor.next();
            if (index >= tableSize) {
                return RingCounter.NEXT_OUT_OF_RANGE;
            }
        }
    }

    private RingCounter enterIndirect(DescriptorChain chain) {
        if (!hasIndirect) {
            return RingCounter.INDIRECT_NOT_NEGOTIATED;
        }
        if (isInIndirect) {
            return RingCounter.INDIRECT_NESTED;
        }
        if (descriptor.hasNext()) {
            return RingCounter.INDIRECT_WITH_NEXT;
        }
        long length = descriptor.length();
        if (length == 0
                || length % SplitDescriptor.LENGTH != 0
                || length > chain.table().length()) {
            return RingCounter.INDIRECT_LENGTH;
        }
        SliceList pieces = chain.tablePieces();
        pieces.clear();
        if (!memory.translate(descriptor.guestAddress(), (int) length, pieces)) {
            return RingCounter.NOT_MAPPED;
        }
        pieces.copyTo(0, chain.table(), 0, length);
        table = chain.table();
        tableSize = (int) (length / SplitDescriptor.LENGTH);
        isInIndirect = true;
        return null;
    }

    private RingCounter addTo(DescriptorChain chain) {
        boolean isWritable = descriptor.isWritable();
        if (!isWritable && chain.writable().count() > 0) {
            return RingCounter.READABLE_AFTER_WRITABLE;
        }
        long length = descriptor.length();
        if (length > BYTES_MAX - chain.readable().length() - chain.writable().length()) {
            return RingCounter.CHAIN_TOO_LONG;
        }
        if (length == 0) {
            // Legal in no version of virtio, harmless, and seen: nothing to translate.
            return null;
        }
        SliceList target = isWritable ? chain.writable() : chain.readable();
        if (!memory.translate(descriptor.guestAddress(), (int) length, target)) {
            return RingCounter.NOT_MAPPED;
        }
        if (isWritable) {
            chain.addWritten(descriptor.guestAddress(), (int) length);
        }
        return null;
    }
}
