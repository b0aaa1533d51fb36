// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Epoll;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.ReceivedSum;
import io.vrio.transport.wire.Segmenter;

/**
 * A packet link whose short frames go by AF_XDP sockets, which is faster for each, while
 * super-frames go uncut by the packet socket. Frames that the sockets do not get, for whatever
 * reason, come by the packet socket too. Without such sockets it is the packet link alone.
 */
final class XdpLink implements SocketLink {
    /** Limit: frames of AF_XDP sockets before the packet socket has its turn. */
    private static final int TURN_MAX = 32;

    /**
     * Looks at the AF_XDP sockets for one at the packet socket, which is a system call, while that
     * has nothing.
     */
    private static final int LOOKS = 4;

    /**
     * Limit: bytes of a frame, with its virtio_net_hdr, that is sent by an AF_XDP socket: 1280 of
     * IP, which every interface takes. Whoever sends by such a socket is not told the MTU.
     */
    private static final int SEND_MAX =
            FrameHeader.VNET_LENGTH + FrameHeader.ETHERNET_LENGTH + 1280;

    private final PacketLink packets;
    private final XdpPort xdp;
    private final int tcpPort;
    private final Epoll epoll = new Epoll();
    private final Counters<LinkCounter> counters;

    /** The socket whose frame is next, when one was found. */
    private XdpSocket next;

    /** The packet socket's frame was looked at. */
    private boolean isPacketNext;

    /** Which socket is asked first: each in its turn. */
    private int first;

    private int turnFrames;
    private int looks;
    private boolean isClosed;

    /** Takes over the packet link; the port stays the caller's, and outlives this. */
    XdpLink(PacketLink packets, XdpPort xdp, int tcpPort) {
        this.packets = packets;
        this.xdp = xdp;
        this.tcpPort = tcpPort;
        counters = packets.counters();
        epoll.add(packets.descriptor(), Epoll.READABLE, 0);
        attach();
    }

    private void attach() {
        xdp.attach(this, tcpPort, counters);
        for (XdpSocket socket : xdp.sockets(this)) {
            epoll.add(socket.fd(), Epoll.READABLE, 0);
        }
    }

    @Override
    public LinkKind kind() {
        return xdp.sockets(this).length > 0 ? LinkKind.XDP : LinkKind.PACKET;
    }

    @Override
    public void rebind() {
        forget();
        packets.rebind();
        attach();
    }

    private void forget() {
        next = null;
        for (XdpSocket socket : xdp.sockets(this)) {
            epoll.remove(socket.fd());
        }
        xdp.detach(this);
    }

    @Override
    public int mtu() {
        return packets.mtu();
    }

    @Override
    public long hardwareAddress() {
        return packets.hardwareAddress();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        XdpSocket[] sockets = xdp.sockets(this);
        boolean isShort = headersLength + payloadLength <= SEND_MAX;
        if (isShort && sockets.length > 0 && !Segmenter.isSuperFrame(headers)) {
            return sockets[0].send(headers, headersLength, payload, payloadOffset, payloadLength);
        }
        return packets.send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public int peek(MemorySlice buffer) {
        if (isPacketTurn()) {
            int length = packets.peek(buffer);
            isPacketNext = length > 0;
            if (isPacketNext) {
                return length;
            }
        }
        if (findNext()) {
            next.copyNext(buffer);
            int length = next.nextLength();
            ReceivedSum.restore(buffer, (int) Math.min(length, buffer.length()));
            return length;
        }
        int length = isPacketLook() ? packets.peek(buffer) : 0;
        isPacketNext = length > 0;
        return onPacket(length);
    }

    /** Until the packet socket has been empty, each time. */
    private boolean isPacketLook() {
        looks++;
        return looks % LOOKS == 0 || kind() == LinkKind.PACKET;
    }

    private int onPacket(int length) {
        if (length > 0) {
            looks = LOOKS - 1;
        }
        return length;
    }

    @Override
    public int receive(MemorySlice buffer) {
        if (isPacketNext || isPacketTurn()) {
            isPacketNext = false;
            int length = packets.receive(buffer);
            if (length > 0) {
                return length;
            }
        }
        if (findNext()) {
            return receiveNext(buffer);
        }
        return isPacketLook() ? onPacket(packets.receive(buffer)) : 0;
    }

    /** Each has its turn, however much comes by the other. */
    private boolean isPacketTurn() {
        if (turnFrames < TURN_MAX || next != null) {
            return false;
        }
        turnFrames = 0;
        return true;
    }

    private boolean findNext() {
        XdpSocket[] sockets = xdp.sockets(this);
        for (int i = 0; next == null && i < sockets.length; i++) {
            XdpSocket socket = sockets[first];
            first = first + 1 < sockets.length ? first + 1 : 0;
            socket.flush();
            if (socket.nextLength() > 0) {
                turnFrames++;
                next = socket;
            }
        }
        return next != null;
    }

    private int receiveNext(MemorySlice buffer) {
        XdpSocket socket = next;
        next = null;
        int length = socket.nextLength();
        if (length > buffer.length()) {
            socket.takeNext();
            counters.increment(LinkCounter.RECEIVE_CUT);
            return 0;
        }
        socket.copyNext(buffer);
        socket.takeNext();
        return onReceived(buffer, length);
    }

    @Override
    public int receive(
            MemorySlice headers,
            int headersLength,
            SliceList target,
            long targetOffset,
            int targetLength) {
        if (next == null) {
            isPacketNext = false;
            return packets.receive(headers, headersLength, target, targetOffset, targetLength);
        }
        XdpSocket socket = next;
        next = null;
        int length = socket.nextLength();
        socket.copyNext(headers.slice(0, headersLength));
        socket.copyNext(headersLength, target, targetOffset, targetLength);
        socket.takeNext();
        return onReceived(headers, length);
    }

    private int onReceived(MemorySlice headers, int length) {
        ReceivedSum.restore(headers, length);
        counters.increment(LinkCounter.RECEIVED_FRAMES);
        counters.add(LinkCounter.RECEIVED_BYTES, length - FrameHeader.VNET_LENGTH);
        return length;
    }

    @Override
    public int descriptor() {
        return epoll.descriptor();
    }

    @Override
    public Counters<LinkCounter> counters() {
        for (XdpSocket socket : xdp.sockets(this)) {
            counters.add(LinkCounter.RECEIVE_OVERRUN, socket.newOverruns());
        }
        return packets.counters();
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            forget();
            epoll.close();
            packets.close();
        }
    }
}
