// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;

/**
 * Our copy of the descriptors of one chain of a packed ring (virtio 1.2, 2.8.5). Each field is read
 * from the guest once; what is judged is what is used. One per virtqueue, used again and again.
 *
 * <pre>
 *  0        8      12   14     16
 *  | address | length | id | flags |
 * </pre>
 */
final class PackedChainCopy {
    static final int LENGTH = ChainBuilder.DESCRIPTOR_LENGTH;
    static final int ADDRESS = 0;
    static final int BYTES = 8;
    static final int ID = 12;
    static final int FLAGS = 14;

    private static final int FLAG_NEXT = 1;
    private static final int FLAG_WRITE = 2;
    private static final int FLAG_INDIRECT = 4;

    private final long[] addresses;
    private final int[] lengths;
    private final int[] flags;
    private int count;
    private int id;

    PackedChainCopy(int ringSize) {
        addresses = new long[ringSize];
        lengths = new int[ringSize];
        flags = new int[ringSize];
    }

    /**
     * Copies a chain from the ring; the whole of it was made available with its head.
     *
     * @param headFlags of the descriptor at the cursor, which were read before
     * @param countMax limit: descriptors of the ring that are not in use by other chains
     * @return what is wrong with the ring, or null
     */
    RingCounter copyFrom(MemorySlice ring, RingCursor cursor, int headFlags, int countMax) {
        clear();
        int slot = cursor.slot();
        int now = headFlags;
        while (count < countMax) {
            long offset = (long) slot * LENGTH;
            add(ring.getLong(offset + ADDRESS), ring.getInt(offset + BYTES), now);
            if ((now & FLAG_NEXT) == 0) {
                // The last one's counts (virtio 1.2, 2.8.6).
                id = ring.getUnsignedShort(offset + ID);
                return null;
            }
            slot = cursor.slotAfter(slot);
            now = ring.getUnsignedShort((long) slot * LENGTH + FLAGS);
        }
        return RingCounter.CHAIN_WITHOUT_END;
    }

    void clear() {
        count = 0;
    }

    void add(long guestAddress, int length, int descriptorFlags) {
        addresses[count] = guestAddress;
        lengths[count] = length;
        flags[count] = descriptorFlags;
        count++;
    }

    void setId(int newId) {
        id = newId;
    }

    /** Descriptors of the chain in the ring, at least 1. */
    int count() {
        return count;
    }

    /** What the driver calls the chain, not checked. */
    int id() {
        return id;
    }

    long guestAddress(int index) {
        return addresses[index];
    }

    /** Bytes, 0 to 2^32 - 1. */
    long length(int index) {
        return Integer.toUnsignedLong(lengths[index]);
    }

    int flags(int index) {
        return flags[index];
    }

    boolean isWritable(int index) {
        return hasWriteFlag(flags[index]);
    }

    static boolean hasWriteFlag(int descriptorFlags) {
        return (descriptorFlags & FLAG_WRITE) != 0;
    }

    boolean isIndirect(int index) {
        return (flags[index] & FLAG_INDIRECT) != 0;
    }
}
