// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;

/**
 * Sends frames to, and receives all of, one network interface through a packet socket (packet(7)),
 * whole super-frames included. The kernel takes the outer VLAN tag out of what is received; it is
 * put back here. One worker.
 */
final class PacketFrames implements FrameFile {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL = 3;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_MR_PROMISC = 1;
    private static final int MSG_DONTWAIT = 0x40;

    /** Bytes: what arrives while the worker looks elsewhere. */
    private static final int RECEIVE_BUFFER = 16 << 20;

    /** Bytes: what the NIC has not sent yet; beyond it there is no room. */
    private static final int SEND_BUFFER = 8 << 20;

    // struct sockaddr_ll, struct packet_mreq {i32 index; u16 type; u16 length; u8 address[8]}.
    private static final int ADDRESS_LENGTH = 20;
    private static final int MEMBERSHIP_LENGTH = 16;

    // struct msghdr {name; namelen; iov; iovlen; control; controllen; flags}, 8 bytes each.
    private static final int MESSAGE_LENGTH = 56;
    private static final int MESSAGE_IOVECS = 16;
    private static final int MESSAGE_IOVECS_COUNT = 24;
    private static final int MESSAGE_CONTROL = 32;
    private static final int MESSAGE_CONTROL_LENGTH = 40;

    // struct cmsghdr {u64 length; i32 level; i32 type}, then struct tpacket_auxdata.
    private static final int CONTROL_LENGTH = 64;
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int AUX = 16;
    private static final int AUX_STATUS = AUX;
    private static final int AUX_TAG = AUX + 16;
    private static final int AUX_TAG_PROTOCOL = AUX + 18;
    private static final int AUX_END = AUX + 20;
    private static final int STATUS_TAG_VALID = 0x10;
    private static final int STATUS_TAG_PROTOCOL_VALID = 0x40;

    // struct tpacket_stats {u32 packets; u32 drops}, then its length as a socklen_t.
    private static final int STATISTICS_LENGTH = 8;

    /** A tag comes after both addresses. */
    private static final int TAG_PLACE = 2 * MacAddress.LENGTH;

    /** Bytes: a frame one byte too long is seen as such. */
    private static final int RECEIVE_LENGTH = VnetHeader.LENGTH + NetFrame.LENGTH_MAX + 1;

    /** Since Linux 6.2; a packet socket cannot be asked. */
    private static final boolean KERNEL_CAN_CUT_UDP =
            !System.getProperty("os.version").matches("[0-5]\\..*|6\\.[01]\\b.*");

    private final int fd;
    private final FrameSender sender;
    private final NativeBuffer received = new NativeBuffer(RECEIVE_LENGTH);
    private final MemorySlice bytes = received.slice();
    private final NativeBuffer structures =
            new NativeBuffer(
                    MESSAGE_LENGTH
                            + SliceList.IOVEC_LENGTH
                            + CONTROL_LENGTH
                            + NetFrame.VLAN_TAG_LENGTH
                            + STATISTICS_LENGTH
                            + 4);
    private final MemorySlice message = structures.slice().slice(0, MESSAGE_LENGTH);
    private final MemorySlice control;
    private final MemorySlice tag;
    private final MemorySlice statistics;
    private long lostCount;

    private PacketFrames(int fd) {
        this.fd = fd;
        sender = new FrameSender(fd, VnetHeader.LENGTH);
        MemorySlice all = structures.slice();
        MemorySlice iovec = all.slice(MESSAGE_LENGTH, SliceList.IOVEC_LENGTH);
        int controlOffset = MESSAGE_LENGTH + SliceList.IOVEC_LENGTH;
        control = all.slice(controlOffset, CONTROL_LENGTH);
        int tagOffset = controlOffset + CONTROL_LENGTH;
        tag = all.slice(tagOffset, NetFrame.VLAN_TAG_LENGTH);
        statistics = all.slice(tagOffset + NetFrame.VLAN_TAG_LENGTH, STATISTICS_LENGTH + 4);
        iovec.putLong(0, bytes.address(0, RECEIVE_LENGTH));
        iovec.putLong(8, RECEIVE_LENGTH);
        message.putLong(MESSAGE_IOVECS, iovec.address(0, SliceList.IOVEC_LENGTH));
        message.putLong(MESSAGE_IOVECS_COUNT, 1);
        message.putLong(MESSAGE_CONTROL, control.address(0, CONTROL_LENGTH));
    }

    /** Opens a non-blocking socket that gets every frame of an interface but those sent there. */
    static PacketFrames open(int interfaceIndex) {
        // Protocol 0: no frame is queued before the options are in force.
        int socket = Linux.socket(AF_PACKET, SOCK_RAW | Linux.O_NONBLOCK, 0);
        int fd = Linux.check(socket, "socket AF_PACKET");
        try {
            configure(fd);
            bind(fd, interfaceIndex);
            return new PacketFrames(fd);
        } catch (RuntimeException e) {
            Linux.close(fd);
            throw e;
        }
    }

    private static void configure(int fd) {
        Linux.check(Linux.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
        Linux.check(Linux.setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, 1), "PACKET_AUXDATA");
        Linux.check(
                Linux.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1),
                "PACKET_IGNORE_OUTGOING");
        setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER);
        setBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER);
    }

    /** Without CAP_NET_ADMIN the kernel makes it no larger than net.core.rmem_max and wmem_max. */
    private static void setBuffer(int fd, int forced, int plain, int length) {
        if (Linux.setsockopt(fd, SOL_SOCKET, forced, length) < 0) {
            Linux.check(Linux.setsockopt(fd, SOL_SOCKET, plain, length), "SO_RCVBUF, SO_SNDBUF");
        }
    }

    private static void bind(int fd, int interfaceIndex) {
        try (NativeBuffer buffer = new NativeBuffer(ADDRESS_LENGTH + MEMBERSHIP_LENGTH)) {
            MemorySlice memory = buffer.slice();
            memory.putShort(0, (short) AF_PACKET);
            memory.putShortBigEndian(2, ETH_P_ALL);
            memory.putInt(4, interfaceIndex);
            long address = memory.address(0, ADDRESS_LENGTH);
            Linux.check(Linux.bind(fd, address, ADDRESS_LENGTH), "bind AF_PACKET");
            memory.putInt(ADDRESS_LENGTH, interfaceIndex);
            memory.putShort(ADDRESS_LENGTH + 4L, (short) PACKET_MR_PROMISC);
            long membership = memory.address(ADDRESS_LENGTH, MEMBERSHIP_LENGTH);
            Linux.check(
                    Linux.setsockopt(
                            fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, MEMBERSHIP_LENGTH),
                    "PACKET_MR_PROMISC");
        }
    }

    @Override
    public int descriptor() {
        return fd;
    }

    @Override
    public long begin(NetFrame frame) {
        return sender.begin(frame);
    }

    @Override
    public long send(NetFrame frame) {
        return sender.send(frame);
    }

    @Override
    public long receive(NetFrame frame) {
        message.putLong(MESSAGE_CONTROL_LENGTH, CONTROL_LENGTH);
        // Safety: at most the bytes of the buffer, and of the control data, are written.
        long length = Linux.recvmsg(fd, message.address(0, MESSAGE_LENGTH), MSG_DONTWAIT);
        if (length >= 0) {
            frame.begin(0);
            VnetHeader.read(bytes, frame);
            fill(frame, (int) Math.max(0, length - VnetHeader.LENGTH));
        }
        return length;
    }

    private void fill(NetFrame frame, int length) {
        SliceList data = frame.data();
        if (length < NetFrame.ETHERNET_LENGTH || !readTag()) {
            data.add(bytes, VnetHeader.LENGTH, length);
            return;
        }
        data.add(bytes, VnetHeader.LENGTH, TAG_PLACE);
        data.add(tag, 0, NetFrame.VLAN_TAG_LENGTH);
        data.add(bytes, VnetHeader.LENGTH + TAG_PLACE, length - TAG_PLACE);
        frame.moveTransport(NetFrame.VLAN_TAG_LENGTH);
    }

    /** Whether the kernel has taken a tag out; it is in {@link #tag} then. */
    private boolean readTag() {
        boolean isAux =
                message.getLong(MESSAGE_CONTROL_LENGTH) >= AUX_END
                        && control.getInt(CONTROL_LEVEL) == SOL_PACKET
                        && control.getInt(CONTROL_TYPE) == PACKET_AUXDATA;
        int status = isAux ? control.getInt(AUX_STATUS) : 0;
        if ((status & STATUS_TAG_VALID) == 0) {
            return false;
        }
        boolean hasProtocol = (status & STATUS_TAG_PROTOCOL_VALID) != 0;
        tag.putShortBigEndian(
                0, hasProtocol ? control.getUnsignedShort(AUX_TAG_PROTOCOL) : ETH_P_8021Q);
        tag.putShortBigEndian(2, control.getUnsignedShort(AUX_TAG));
        return true;
    }

    @Override
    public boolean canCutUdp() {
        return KERNEL_CAN_CUT_UDP;
    }

    /** See {@link FrameSocket#lostCount}. */
    long lostCount() {
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
            lostCount += statistics.getInt(4) & 0xFFFF_FFFFL;
        }
        return lostCount;
    }

    @Override
    public void close() {
        Linux.close(fd);
        structures.close();
        received.close();
        sender.close();
    }
}
