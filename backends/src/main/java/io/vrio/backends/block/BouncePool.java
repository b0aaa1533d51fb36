// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.AnonymousMemory;

/**
 * Aligned memory for operations whose own memory is not aligned as O_DIRECT asks. Shared by the
 * disks of a worker; takes space as far as it was ever used at once.
 */
final class BouncePool implements AutoCloseable {
    /**
     * Limit: bytes of one buffer; longer operations are left to threads, which copy side by side.
     */
    static final int LENGTH = 64 << 10;

    /** Limit: buffers in use at a time; operations wait for the next. */
    static final int COUNT = 64;

    private final AnonymousMemory memory = new AnonymousMemory((long) COUNT * LENGTH);
    private final int[] free = new int[COUNT];
    private int freeCount = COUNT;

    BouncePool() {
        for (int i = 0; i < COUNT; i++) {
            // The first is taken first: the memory of the last is not touched before it is needed.
            free[i] = COUNT - 1 - i;
        }
    }

    boolean isEmpty() {
        return freeCount == 0;
    }

    /** The number of a free buffer; there must be one. */
    int take() {
        return free[--freeCount];
    }

    void giveBack(int buffer) {
        free[freeCount++] = buffer;
    }

    /** All of them. */
    MemorySlice slice() {
        return memory.slice();
    }

    /** Where in the slice a buffer begins. */
    static long offset(int buffer) {
        return (long) buffer * LENGTH;
    }

    @Override
    public void close() {
        memory.close();
    }
}
