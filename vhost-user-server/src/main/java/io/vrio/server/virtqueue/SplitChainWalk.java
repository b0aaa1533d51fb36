// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;

/**
 * Follows the descriptors of one chain of a split ring. Bounded by the sizes of the tables, so that
 * a loop ends. One per virtqueue.
 */
final class SplitChainWalk {
    private final ChainBuilder builder;
    private final SplitDescriptor descriptor = new SplitDescriptor();
    private MemorySlice table;
    private int tableSize;
    private boolean isInIndirect;

    SplitChainWalk(ChainBuilder builder) {
        this.builder = builder;
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
            RingCounter fault =
                    builder.add(
                            chain,
                            descriptor.guestAddress(),
                            descriptor.length(),
                            descriptor.isWritable());
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
        if (isInIndirect) {
            return RingCounter.INDIRECT_NESTED;
        }
        if (descriptor.hasNext()) {
            return RingCounter.INDIRECT_WITH_NEXT;
        }
        long length = descriptor.length();
        RingCounter fault = builder.copyTable(chain, descriptor.guestAddress(), length);
        if (fault == null) {
            table = chain.table();
            tableSize = (int) (length / SplitDescriptor.LENGTH);
            isInIndirect = true;
        }
        return fault;
    }
}
