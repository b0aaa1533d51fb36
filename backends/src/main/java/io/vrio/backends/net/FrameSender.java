// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;

/**
 * Gives frames to the file of a tap or to a packet socket, each with its virtio_net_hdr, in one
 * system call: small ones copied together, large ones gathered from where they lie. One worker.
 */
final class FrameSender implements AutoCloseable {
    /** Bytes up to which a copy costs less than a gather: frames of an ordinary MTU (TapCost). */
    private static final int COPY_MAX = 2048;

    /** Limit: pieces that writev takes (UIO_MAXIOV is 1024); more are copied together as well. */
    private static final int PIECES_MAX = 1023;

    private static final int SOURCE = MacAddress.LENGTH;
    private static final int ETHERNET_LENGTH = NetFrame.ETHERNET_LENGTH;
    private static final int IOVECS_LENGTH = (1 + PIECES_MAX) * SliceList.IOVEC_LENGTH;

    private final int fd;
    private final int vnetLength;
    private final NativeBuffer buffer;
    private final MemorySlice bytes;
    private final MemorySlice ethernetHeader;
    private final NativeBuffer iovecBuffer = new NativeBuffer(IOVECS_LENGTH);
    private final MemorySlice iovecs = iovecBuffer.slice();

    /**
     * @param fd stays the caller's
     * @param vnetLength bytes of the virtio_net_hdr; those that VnetHeader does not fill stay 0
     */
    FrameSender(int fd, int vnetLength) {
        this.fd = fd;
        this.vnetLength = vnetLength;
        buffer = new NativeBuffer(vnetLength + NetFrame.LENGTH_MAX);
        bytes = buffer.slice();
        ethernetHeader = bytes.slice(vnetLength, ETHERNET_LENGTH);
        int headersLength = vnetLength + ETHERNET_LENGTH;
        iovecs.putLong(0, bytes.address(0, headersLength));
        iovecs.putLong(8, headersLength);
    }

    /**
     * Takes the Ethernet header of a valid frame: from now on a guest that changes it in its memory
     * changes nothing.
     *
     * @return the source address
     */
    long begin(NetFrame frame) {
        frame.data().copyTo(0, ethernetHeader, 0, ETHERNET_LENGTH);
        return (long) ethernetHeader.getUnsignedShortBigEndian(SOURCE) << 32
                | ethernetHeader.getIntBigEndian(SOURCE + 2) & 0xFFFF_FFFFL;
    }

    /** Sends the frame that has begun; returns bytes, or a negated errno. */
    long send(NetFrame frame) {
        VnetHeader.write(frame, bytes);
        int length = frame.length();
        SliceList data = frame.data();
        boolean isCopied = length <= COPY_MAX || data.count() > PIECES_MAX;
        return isCopied ? sendCopy(data, length) : sendGathered(data, length);
    }

    private long sendCopy(SliceList data, int length) {
        int rest = length - ETHERNET_LENGTH;
        data.copyTo(ETHERNET_LENGTH, bytes, vnetLength + (long) ETHERNET_LENGTH, rest);
        int sentLength = vnetLength + length;
        // Safety: the kernel reads bytes of our buffer.
        return Linux.write(fd, bytes.address(0, sentLength), sentLength);
    }

    private long sendGathered(SliceList data, int length) {
        int rest = length - ETHERNET_LENGTH;
        int count = data.fillIovecs(ETHERNET_LENGTH, rest, iovecs, SliceList.IOVEC_LENGTH);
        // Safety: the iovecs cover ranges that MemorySlice and SliceList have checked. Memory that
        // was taken away since gives EFAULT.
        return Linux.writev(fd, iovecs.address(0, IOVECS_LENGTH), 1 + count);
    }

    @Override
    public void close() {
        iovecBuffer.close();
        buffer.close();
    }
}
