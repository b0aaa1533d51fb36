// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;

/** Makes a chain of the copied descriptors of a packed ring. One per virtqueue. */
final class PackedChainWalk {
    private final ChainBuilder builder;

    PackedChainWalk(ChainBuilder builder) {
        this.builder = builder;
    }

    /**
     * Fills the chain.
     *
     * @return what is wrong with it, or null
     */
    RingCounter walk(PackedChainCopy copy, DescriptorChain chain) {
        for (int i = 0; i < copy.count(); i++) {
            if (copy.isIndirect(i)) {
                // A table is a chain of its own (virtio 1.2, 2.8.7).
                return copy.count() == 1 ? walkTable(copy, chain) : RingCounter.INDIRECT_WITH_NEXT;
            }
            RingCounter fault =
                    builder.add(chain, copy.guestAddress(i), copy.length(i), copy.isWritable(i));
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    /** One descriptor after the other; of their flags only one means something there. */
    private RingCounter walkTable(PackedChainCopy copy, DescriptorChain chain) {
        RingCounter fault = builder.copyTable(chain, copy.guestAddress(0), copy.length(0));
        MemorySlice table = chain.table();
        for (long offset = 0;
                fault == null && offset < copy.length(0);
                offset += PackedChainCopy.LENGTH) {
            fault =
                    builder.add(
                            chain,
                            table.getLong(offset + PackedChainCopy.ADDRESS),
                            Integer.toUnsignedLong(table.getInt(offset + PackedChainCopy.BYTES)),
                            PackedChainCopy.hasWriteFlag(
                                    table.getUnsignedShort(offset + PackedChainCopy.FLAGS)));
        }
        return fault;
    }
}
