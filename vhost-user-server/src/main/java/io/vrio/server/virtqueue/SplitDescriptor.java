// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;

/**
 * Our copy of one descriptor of a split ring (virtio 1.2, 2.7.5). Each field is read from the guest
 * once; what is judged is what is used.
 *
 * <pre>
 *  0        8      12     14     16
 *  | address | length | flags | next |
 * </pre>
 */
final class SplitDescriptor {
    static final int LENGTH = ChainBuilder.DESCRIPTOR_LENGTH;

    private static final int ADDRESS = 0;
    private static final int BYTES = 8;
    private static final int FLAGS = 12;
    private static final int NEXT = 14;

    private static final int FLAG_NEXT = 1;
    private static final int FLAG_WRITE = 2;
    private static final int FLAG_INDIRECT = 4;

    private long guestAddress;
    private long length;
    private int flags;
    private int next;

    /** Copies the descriptor at {@code index} of a table. */
    void copyFrom(MemorySlice table, int index) {
        long offset = (long) index * LENGTH;
        guestAddress = table.getLong(offset + ADDRESS);
        length = Integer.toUnsignedLong(table.getInt(offset + BYTES));
        flags = table.getUnsignedShort(offset + FLAGS);
        next = table.getUnsignedShort(offset + NEXT);
    }

    long guestAddress() {
        return guestAddress;
    }

    /** Bytes, 0 to 2^32 - 1. */
    long length() {
        return length;
    }

    boolean hasNext() {
        return (flags & FLAG_NEXT) != 0;
    }

    boolean isWritable() {
        return (flags & FLAG_WRITE) != 0;
    }

    boolean isIndirect() {
        return (flags & FLAG_INDIRECT) != 0;
    }

    /** Index in the same table, not checked. */
    int next() {
        return next;
    }
}
