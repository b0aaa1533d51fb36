// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Native memory for one received super-frame, or for a part of the data of a response. Shared by
 * those who hold it; goes back to its pool when the last lets go. One worker.
 */
public final class FrameBuffer {
    /** Bytes: the largest frame with its headers, rounded up to pages. */
    public static final int LENGTH = 68 << 10;

    private static final int PAGE = 4096;

    private final FrameBufferPool pool;

    /** One page more than is used, so that it can begin at a page. */
    private final NativeBuffer memory = new NativeBuffer(LENGTH + PAGE);

    /** Aligned: disks that bypass the page cache read straight into it. */
    private final MemorySlice slice = aligned(memory.slice());

    private int holders;

    FrameBuffer(FrameBufferPool pool) {
        this.pool = pool;
    }

    private static MemorySlice aligned(MemorySlice memory) {
        return memory.slice(-memory.address(0, PAGE) & (PAGE - 1), LENGTH);
    }

    public MemorySlice slice() {
        return slice;
    }

    /** One more holder. */
    public FrameBuffer hold() {
        holders++;
        return this;
    }

    /** Whether only one holds it: nobody else reads what it does not use itself. */
    public boolean isHeldOnce() {
        return holders == 1;
    }

    /** One holder less. */
    public void release() {
        if (--holders == 0) {
            pool.giveBack(this);
        } else if (holders < 0) {
            throw new IllegalStateException("buffer released more often than held");
        }
    }

    void free() {
        // Safety: a later access fails its bounds check instead of touching freed memory.
        slice.wrap(0, 0);
        memory.close();
    }
}
