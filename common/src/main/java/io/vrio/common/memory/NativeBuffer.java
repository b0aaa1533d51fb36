// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import net.openhft.chronicle.core.UnsafeMemory;

/** Native memory owned by this process, zeroed when allocated. Freed by {@link #close}. */
public final class NativeBuffer implements AutoCloseable {
    private final long nativeAddress;
    private final MemorySlice slice;
    private boolean isClosed;

    /**
     * @param length bytes, 1 or more
     */
    public NativeBuffer(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("length " + length + " is not positive");
        }
        nativeAddress = UnsafeMemory.MEMORY.allocate(length);
        slice = new MemorySlice(nativeAddress, length);
        slice.fill(0, length, (byte) 0);
    }

    /** All of it. Not to be used after close. */
    public MemorySlice slice() {
        return slice;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            long length = slice.length();
            // Safety: a later access through the slice fails its bounds check instead of
            // touching freed memory.
            slice.wrap(0, 0);
            UnsafeMemory.MEMORY.freeMemory(nativeAddress, length);
        }
    }
}
