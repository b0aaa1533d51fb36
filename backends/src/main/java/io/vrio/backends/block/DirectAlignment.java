// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/**
 * What O_DIRECT asks of a transfer.
 *
 * @param memory what addresses are a multiple of; a power of two
 * @param length what offsets and lengths are a multiple of; a power of two
 */
record DirectAlignment(int memory, int length) {
    /** Through the page cache everything goes. */
    static final DirectAlignment NONE = new DirectAlignment(1, 1);

    /** Whether {@code count} iovecs can go to the kernel as they are. */
    boolean isMet(MemorySlice iovecs, int count) {
        if (this == NONE) {
            return true;
        }
        long addresses = 0;
        long lengths = 0;
        for (int i = 0; i < count; i++) {
            addresses |= iovecs.getLong((long) i * SliceList.IOVEC_LENGTH);
            lengths |= iovecs.getLong((long) i * SliceList.IOVEC_LENGTH + 8);
        }
        return (addresses & (memory - 1)) == 0 && (lengths & (length - 1)) == 0;
    }
}
