// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * Copies frames that a guest has put together from many little pieces into one: nobody on their way
 * has to walk them, and no system call to take more pieces than it can. One per device.
 */
final class FrameFlattener implements AutoCloseable {
    /** Limit: pieces of a frame that goes on as it is; those of common drivers have up to 19. */
    static final int PIECES_MAX = 64;

    /** Made when it is needed first: most guests never do. */
    private NativeBuffer buffer;

    /**
     * Makes one piece of a frame that has more than {@link #PIECES_MAX}. Valid until the next.
     *
     * @param frame no longer than a frame can be
     */
    void flatten(NetFrame frame) {
        SliceList data = frame.data();
        if (data.count() <= PIECES_MAX) {
            return;
        }
        if (buffer == null) {
            buffer = new NativeBuffer(NetFrame.LENGTH_MAX);
        }
        MemorySlice flat = buffer.slice();
        int length = frame.length();
        data.copyTo(0, flat, 0, length);
        data.clear();
        data.add(flat, 0, length);
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
        }
    }
}
