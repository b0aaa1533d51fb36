// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * The iovecs of one frame that is to be sent: its virtio_net_hdr and a copy of its Ethernet header,
 * then the rest of its data where they lie. Used anew for each frame. One worker.
 */
final class Gather implements AutoCloseable {
    /** Limit: pieces that writev takes (UIO_MAXIOV is 1024); more are first copied together. */
    private static final int PIECES_MAX = 1023;

    private static final int SOURCE = MacAddress.LENGTH;
    private static final int HEADERS_ROOM = 32;
    private static final int IOVECS_LENGTH = (1 + PIECES_MAX) * SliceList.IOVEC_LENGTH;

    private final NativeBuffer buffer = new NativeBuffer(HEADERS_ROOM + IOVECS_LENGTH);
    private final MemorySlice vnetHeader;
    private final MemorySlice ethernetHeader;
    private final MemorySlice iovecs = buffer.slice().slice(HEADERS_ROOM, IOVECS_LENGTH);
    private final NativeBuffer copy = new NativeBuffer(NetFrame.LENGTH_MAX);

    /**
     * @param vnetLength bytes of the virtio_net_hdr; those that VnetHeader does not fill stay 0
     */
    Gather(int vnetLength) {
        vnetHeader = buffer.slice().slice(0, vnetLength);
        ethernetHeader = buffer.slice().slice(vnetLength, NetFrame.ETHERNET_LENGTH);
        int headersLength = vnetLength + NetFrame.ETHERNET_LENGTH;
        iovecs.putLong(0, buffer.slice().address(0, headersLength));
        iovecs.putLong(8, headersLength);
    }

    /**
     * Takes the Ethernet header of a valid frame: from now on a guest that changes it in its memory
     * changes nothing.
     *
     * @return the source address
     */
    long begin(NetFrame frame) {
        frame.data().copyTo(0, ethernetHeader, 0, NetFrame.ETHERNET_LENGTH);
        return (long) ethernetHeader.getUnsignedShortBigEndian(SOURCE) << 32
                | ethernetHeader.getIntBigEndian(SOURCE + 2) & 0xFFFF_FFFFL;
    }

    /** Returns the number of iovecs of the frame that has begun; valid until its memory is not. */
    int end(NetFrame frame) {
        VnetHeader.write(frame, vnetHeader);
        SliceList data = frame.data();
        int rest = frame.length() - NetFrame.ETHERNET_LENGTH;
        if (data.count() <= PIECES_MAX) {
            return 1
                    + data.fillIovecs(
                            NetFrame.ETHERNET_LENGTH, rest, iovecs, SliceList.IOVEC_LENGTH);
        }
        data.copyTo(NetFrame.ETHERNET_LENGTH, copy.slice(), 0, rest);
        iovecs.putLong(SliceList.IOVEC_LENGTH, copy.slice().address(0, rest));
        iovecs.putLong(SliceList.IOVEC_LENGTH + 8, rest);
        return 2;
    }

    /** For writev, as many elements as {@link #end} says. */
    long iovecsAddress() {
        return iovecs.address(0, IOVECS_LENGTH);
    }

    @Override
    public void close() {
        copy.close();
        buffer.close();
    }
}
