// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.FrameHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over an AF_PACKET socket with virtio_net_hdr: one system call per super-frame of up to 64
 * KB, gathered from the payload's own memory. It sees only frames to one own address and TCP port.
 */
public final class PacketLink implements SocketLink {
    private static final Logger LOG = LoggerFactory.getLogger(PacketLink.class);

    /** Limit: pieces that sendmsg gathers (UIO_MAXIOV is 1024); more are first copied together. */
    private static final int PIECES_MAX = 1023;

    /** Limit: frames that one call of receive drops before it says that there is none now. */
    private static final int DROPS_MAX = 16;

    /** Bytes: what arrives while the worker looks elsewhere; about 3 ms of 100 Gb/s. */
    private static final int RECEIVE_BUFFER = 32 << 20;

    /** Bytes: what a NIC has not sent yet; beyond it, sending says that there is no room. */
    private static final int SEND_BUFFER = 8 << 20;

    private static final int SOCK_RAW = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int MSG_PEEK = 2;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

    // struct msghdr {name; namelen; iov; iovlen; control; controllen; flags}, 8 bytes each.
    private static final int MESSAGE_LENGTH = 56;
    private static final int MESSAGE_IOVECS = 16;
    private static final int MESSAGE_IOVECS_COUNT = 24;
    private static final int IOVECS_LENGTH = (1 + PIECES_MAX) * SliceList.IOVEC_LENGTH;

    // struct tpacket_stats {packets; drops}, then its length as a socklen_t.
    private static final int STATISTICS_LENGTH = 8;

    private final NetworkPort port;
    private final int fd;
    private final NativeBuffer structures =
            new NativeBuffer(MESSAGE_LENGTH + IOVECS_LENGTH + STATISTICS_LENGTH + 4);
    private final MemorySlice message = structures.slice().slice(0, MESSAGE_LENGTH);
    private final MemorySlice iovecs = structures.slice().slice(MESSAGE_LENGTH, IOVECS_LENGTH);
    private final MemorySlice statistics =
            structures.slice().slice(MESSAGE_LENGTH + IOVECS_LENGTH, STATISTICS_LENGTH + 4);
    private final NativeBuffer gathered = new NativeBuffer(FrameHeader.PAYLOAD_MAX);
    private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
    private boolean isClosed;

    private PacketLink(NetworkPort port, int fd) {
        this.port = port;
        this.fd = fd;
        message.putLong(MESSAGE_IOVECS, iovecs.address(0, iovecs.length()));
    }

    /**
     * @param port stays the caller's, and outlives the link
     * @param tcpPort the own TCP port, see {@link GuardSocket#port}
     * @throws LinkException with one line, when packet sockets are not permitted
     */
    public static PacketLink open(NetworkPort port, int tcpPort) {
        int fd = openSocket();
        try {
            configure(fd, port, tcpPort);
            bind(fd, port);
            return new PacketLink(port, fd);
        } catch (RuntimeException e) {
            Linux.close(fd);
            throw e;
        }
    }

    private static int openSocket() {
        // Protocol 0: no frame is queued before filter and options are in force.
        int fd = Linux.socket(SocketAddress.AF_PACKET, SOCK_RAW, 0);
        if (fd == -Linux.EPERM || fd == -Linux.EACCES) {
            throw new LinkException(
                    "packet sockets are not permitted: run as root, or grant CAP_NET_RAW (systemd:"
                            + " AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN)");
        }
        return Linux.check(fd, "socket AF_PACKET");
    }

    /** Throws what {@link #open} would, so that a daemon does not start in vain. */
    static void checkPermission() {
        Linux.close(openSocket());
    }

    private static void configure(int fd, NetworkPort port, int tcpPort) {
        Linux.check(Linux.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
        Linux.check(SocketFilter.attachTcp(fd, port.address(), tcpPort), "SO_ATTACH_FILTER");
        Linux.check(
                Linux.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1),
                "PACKET_IGNORE_OUTGOING");
        boolean isWhole = setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER);
        isWhole &= setBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER);
        if (!isWhole) {
            LOG.warn(
                    "interface={} without CAP_NET_ADMIN the socket's buffers end at"
                            + " net.core.rmem_max and wmem_max: bursts may be lost",
                    port.name());
        }
    }

    /** Returns false when it may be smaller: without CAP_NET_ADMIN the kernel has a limit. */
    private static boolean setBuffer(int fd, int forced, int plain, int length) {
        if (Linux.setsockopt(fd, SOL_SOCKET, forced, length) >= 0) {
            return true;
        }
        Linux.check(Linux.setsockopt(fd, SOL_SOCKET, plain, length), "SO_RCVBUF, SO_SNDBUF");
        return false;
    }

    private static void bind(int fd, NetworkPort port) {
        try (NativeBuffer buffer = new NativeBuffer(SocketAddress.PACKET_LENGTH)) {
            int etherType = port.address().version().etherType();
            SocketAddress.putPacket(buffer.slice(), 0, port.index(), etherType);
            long name = buffer.slice().address(0, SocketAddress.PACKET_LENGTH);
            Linux.check(Linux.bind(fd, name, SocketAddress.PACKET_LENGTH), "bind AF_PACKET");
        }
    }

    @Override
    public LinkKind kind() {
        return LinkKind.PACKET;
    }

    @Override
    public void rebind() {
        bind(fd, port);
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public long hardwareAddress() {
        return port.hardwareAddress();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        iovecs.putLong(0, headers.address(0, headersLength));
        iovecs.putLong(8, headersLength);
        int count = 1;
        if (payloadLength > 0) {
            count += fillPayload(payload, payloadOffset, payloadLength);
        }
        message.putLong(MESSAGE_IOVECS_COUNT, count);
        // Safety: the iovecs cover ranges that MemorySlice and SliceList have checked. Memory that
        // was taken away since gives EFAULT.
        long sent = Linux.sendmsg(fd, message.address(0, MESSAGE_LENGTH), MSG_DONTWAIT);
        if (sent < 0) {
            counters.increment(refusal((int) -sent));
            if (sent == -Linux.EFAULT) {
                // What the JVM makes of an access of its own to such memory.
                throw new InternalError("memory of a frame's payload has vanished");
            }
            return false;
        }
        counters.increment(LinkCounter.SENT_FRAMES);
        counters.add(
                LinkCounter.SENT_BYTES, headersLength + payloadLength - FrameHeader.VNET_LENGTH);
        return true;
    }

    /** Returns the number of iovecs. */
    private int fillPayload(SliceList payload, long offset, int length) {
        int count = payload.fillIovecs(offset, length, iovecs, SliceList.IOVEC_LENGTH);
        if (count < PIECES_MAX || covers(count, length)) {
            return count;
        }
        payload.copyTo(offset, gathered.slice(), 0, length);
        MemoryFaults.raisePending();
        iovecs.putLong(SliceList.IOVEC_LENGTH, gathered.slice().address(0, length));
        iovecs.putLong(SliceList.IOVEC_LENGTH + 8, length);
        return 1;
    }

    private boolean covers(int count, int length) {
        long covered = 0;
        for (int i = 1; i <= count; i++) {
            covered += iovecs.getLong((long) i * SliceList.IOVEC_LENGTH + 8);
        }
        return covered == length;
    }

    static LinkCounter refusal(int errno) {
        return switch (errno) {
            case Linux.EAGAIN -> LinkCounter.SEND_NO_ROOM;
            case Linux.ENOBUFS, Linux.ENOMEM -> LinkCounter.SEND_NO_MEMORY;
            case Linux.ENETDOWN, Linux.ENXIO, Linux.ENODEV -> LinkCounter.SEND_LINK_DOWN;
            case Linux.EFAULT -> LinkCounter.SEND_BAD_MEMORY;
            case Linux.EMSGSIZE -> LinkCounter.SEND_TOO_LARGE;
            default -> LinkCounter.SEND_FAILED;
        };
    }

    @Override
    public int receive(MemorySlice buffer) {
        int room = (int) Math.min(buffer.length(), Integer.MAX_VALUE);
        for (int drops = 0; drops < DROPS_MAX; drops++) {
            // Safety: at most `room` bytes are written. MSG_TRUNC makes the kernel tell the true
            // length of a frame that it had to cut.
            long length = Linux.recv(fd, buffer.address(0, room), room, MSG_DONTWAIT | MSG_TRUNC);
            if (length == -Linux.EAGAIN) {
                return 0;
            }
            if (length > room) {
                counters.increment(LinkCounter.RECEIVE_CUT);
            } else if (length < 0) {
                counters.increment(LinkCounter.RECEIVE_FAILED);
            } else {
                counters.increment(LinkCounter.RECEIVED_FRAMES);
                counters.add(LinkCounter.RECEIVED_BYTES, length - FrameHeader.VNET_LENGTH);
                return (int) length;
            }
        }
        return 0;
    }

    @Override
    public int peek(MemorySlice buffer) {
        // Safety: at most the slice's bytes are written; MSG_TRUNC makes the kernel tell the rest.
        long length =
                Linux.recv(
                        fd,
                        buffer.address(0, buffer.length()),
                        buffer.length(),
                        MSG_DONTWAIT | MSG_TRUNC | MSG_PEEK);
        return (int) Math.max(0, length);
    }

    @Override
    public int receive(
            MemorySlice headers,
            int headersLength,
            SliceList target,
            long targetOffset,
            int targetLength) {
        iovecs.putLong(0, headers.address(0, headersLength));
        iovecs.putLong(8, headersLength);
        int count =
                1 + target.fillIovecs(targetOffset, targetLength, iovecs, SliceList.IOVEC_LENGTH);
        message.putLong(MESSAGE_IOVECS_COUNT, count);
        // Safety: the iovecs cover ranges that MemorySlice and SliceList have checked. Memory that
        // was taken away since gives EFAULT, and the frame is lost.
        long length =
                Linux.recvmsg(fd, message.address(0, MESSAGE_LENGTH), MSG_DONTWAIT | MSG_TRUNC);
        if (length != headersLength + (long) targetLength) {
            counters.increment(LinkCounter.RECEIVE_FAILED);
            return 0;
        }
        counters.increment(LinkCounter.RECEIVED_FRAMES);
        counters.add(LinkCounter.RECEIVED_BYTES, length - FrameHeader.VNET_LENGTH);
        return (int) length;
    }

    @Override
    public int descriptor() {
        return fd;
    }

    @Override
    public Counters<LinkCounter> counters() {
        statistics.putInt(STATISTICS_LENGTH, STATISTICS_LENGTH);
        int result =
                Linux.getsockopt(
                        fd,
                        SOL_PACKET,
                        PACKET_STATISTICS,
                        statistics.address(0, STATISTICS_LENGTH),
                        statistics.address(STATISTICS_LENGTH, 4));
        if (result >= 0) {
            // The kernel counts from the last question on.
            counters.add(LinkCounter.RECEIVE_OVERRUN, statistics.getInt(4) & 0xFFFF_FFFFL);
        }
        return counters;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
            gathered.close();
            structures.close();
        }
    }
}
