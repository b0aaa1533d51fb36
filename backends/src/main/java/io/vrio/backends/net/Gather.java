// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * The iovecs of one frame that is to be sent: its virtio_net_hdr, then its data where they lie.
 * Used anew for each frame. One worker.
 */
final class Gather implements AutoCloseable {
    /** Limit: pieces that writev takes (UIO_MAXIOV is 1024); more are first copied together. */
    private static final int PIECES_MAX = 1023;

    private static final int HEADER_ROOM = 16;
    private static final int IOVECS_LENGTH = (1 + PIECES_MAX) * SliceList.IOVEC_LENGTH;

    private final NativeBuffer buffer = new NativeBuffer(HEADER_ROOM + IOVECS_LENGTH);
    private final MemorySlice header = buffer.slice().slice(0, HEADER_ROOM);
    private final MemorySlice iovecs = buffer.slice().slice(HEADER_ROOM, IOVECS_LENGTH);
    private final NativeBuffer copy = new NativeBuffer(NetFrame.LENGTH_MAX);

    /**
     * @param headerLength bytes of the virtio_net_hdr; those that VnetHeader does not fill stay 0
     */
    Gather(int headerLength) {
        iovecs.putLong(0, header.address(0, headerLength));
        iovecs.putLong(8, headerLength);
    }

    long iovecsAddress() {
        return iovecs.address(0, IOVECS_LENGTH);
    }

    /** Returns the number of iovecs; valid until the frame or its memory is touched. */
    int fill(NetFrame frame) {
        VnetHeader.write(frame, header);
        SliceList data = frame.data();
        int length = frame.length();
        if (data.count() <= PIECES_MAX) {
            return 1 + data.fillIovecs(0, length, iovecs, SliceList.IOVEC_LENGTH);
        }
        data.copyTo(0, copy.slice(), 0, length);
        iovecs.putLong(SliceList.IOVEC_LENGTH, copy.slice().address(0, length));
        iovecs.putLong(SliceList.IOVEC_LENGTH + 8, length);
        return 2;
    }

    @Override
    public void close() {
        copy.close();
        buffer.close();
    }
}
