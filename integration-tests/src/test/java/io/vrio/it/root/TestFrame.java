// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** An Ethernet frame of a test on the heap, with what its virtio_net_hdr says. */
record TestFrame(
        byte[] bytes, int flags, int gsoType, int gsoSize, int checksumStart, int checksumOffset) {
    static final int ETHERNET = 14;
    static final int IP = 20;
    static final int TCP = 20;
    static final int UDP = 8;
    static final int ARP_TYPE = 0x0806;
    static final int IP_TYPE = 0x0800;
    static final int PROTOCOL_ICMP = 1;
    static final int PROTOCOL_TCP = 6;
    static final int PROTOCOL_UDP = 17;

    private static final int TRANSPORT = ETHERNET + IP;
    private static final int ACK = 0x10;

    /** One end of a conversation. */
    record Station(long mac, int address) {
        static Station of(String mac, String address) {
            int number = 0;
            for (String part : address.split("\\.")) {
                number = number << 8 | Integer.parseInt(part);
            }
            return new Station(MacAddress.parse(mac), number);
        }
    }

    /** Nothing is to be done by others. */
    static TestFrame of(byte[] bytes) {
        return new TestFrame(bytes, 0, NetFrame.GSO_NONE, 0, 0, 0);
    }

    /** Copies what was received. */
    static TestFrame of(NetFrame frame) {
        try (NativeBuffer copy = new NativeBuffer(Math.max(1, frame.length()))) {
            byte[] bytes = new byte[frame.length()];
            frame.data().copyTo(0, copy.slice(), 0, bytes.length);
            copy.slice().getBytes(0, bytes, 0, bytes.length);
            return new TestFrame(
                    bytes,
                    frame.flags(),
                    frame.gsoType(),
                    frame.gsoSize(),
                    frame.checksumStart(),
                    frame.checksumOffset());
        }
    }

    /** A datagram without its checksum, as a guest sends it that leaves that to the card. */
    static TestFrame udp(Station from, Station to, int port, byte[] payload) {
        int length = UDP + payload.length;
        ByteBuffer frame = ip(from, to, PROTOCOL_UDP, length);
        frame.putShort((short) 9999).putShort((short) port);
        frame.putShort((short) length);
        frame.putShort((short) pseudoSum(from, to, PROTOCOL_UDP, length));
        frame.put(payload);
        return new TestFrame(
                frame.array(), NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, TRANSPORT, 6);
    }

    /** A TCP segment that is to be cut, as a guest sends it that leaves that to the card. */
    static TestFrame tcp(Station from, Station to, int length, int segmentLength) {
        byte[] payload = payload(length);
        ByteBuffer frame = ip(from, to, PROTOCOL_TCP, TCP + length);
        frame.putShort((short) 9999).putShort((short) 8888);
        frame.putInt(1).putInt(1);
        frame.put((byte) (TCP / 4 << 4)).put((byte) ACK).putShort((short) 65_535);
        frame.putShort((short) pseudoSum(from, to, PROTOCOL_TCP, TCP + length));
        frame.putShort((short) 0).put(payload);
        return new TestFrame(
                frame.array(),
                NetFrame.NEEDS_CHECKSUM,
                NetFrame.GSO_TCPV4,
                segmentLength,
                TRANSPORT,
                16);
    }

    /** Bytes that show where they belong. */
    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 >> 3);
        }
        return payload;
    }

    private static ByteBuffer ip(Station from, Station to, int protocol, int length) {
        ByteBuffer frame = ethernet(from, to, IP_TYPE, IP + length);
        frame.put((byte) 0x45).put((byte) 0).putShort((short) (IP + length));
        frame.putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0);
        frame.putInt(from.address()).putInt(to.address());
        int sum = sum(frame.array(), ETHERNET, IP, 0);
        return frame.putShort(ETHERNET + 10, (short) ~sum);
    }

    private static ByteBuffer ethernet(Station from, Station to, int type, int length) {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + length);
        putMac(frame, to.mac());
        putMac(frame, from.mac());
        return frame.putShort((short) type);
    }

    static void putMac(ByteBuffer frame, long mac) {
        frame.putShort((short) (mac >> 32)).putInt((int) mac);
    }

    /** The folded sum of the pseudo header, as it stands where the checksum will be. */
    static int pseudoSum(Station from, Station to, int protocol, int length) {
        ByteBuffer pseudo = ByteBuffer.allocate(12);
        pseudo.putInt(from.address()).putInt(to.address());
        pseudo.putShort((short) protocol).putShort((short) length);
        return sum(pseudo.array(), 0, 12, 0);
    }

    /** RFC 1071, by the book. */
    static int sum(byte[] bytes, int offset, int length, int start) {
        int sum = start;
        for (int i = 0; i < length; i++) {
            int value = bytes[offset + i] & 0xFF;
            sum += i % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    /** The same in a VLAN. */
    TestFrame withTag(int vlan) {
        ByteBuffer tagged = ByteBuffer.allocate(bytes.length + 4);
        tagged.put(bytes, 0, 12).putShort((short) 0x8100).putShort((short) vlan);
        tagged.put(bytes, 12, bytes.length - 12);
        return new TestFrame(
                tagged.array(), flags, gsoType, gsoSize, checksumStart + 4, checksumOffset);
    }

    int type() {
        return ByteBuffer.wrap(bytes).getShort(12) & 0xFFFF;
    }

    int protocol() {
        return bytes[ETHERNET + 9];
    }

    boolean isIp(int protocol) {
        return bytes.length >= TRANSPORT && type() == IP_TYPE && protocol() == protocol;
    }

    long source() {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        return (frame.getShort(6) & 0xFFFFL) << 32 | frame.getInt(8) & 0xFFFF_FFFFL;
    }

    /** Behind a transport header of {@code length} bytes. */
    byte[] payloadBehind(int length) {
        return Arrays.copyOfRange(bytes, TRANSPORT + length, bytes.length);
    }

    /** Whether the checksums of IP and of the transport in it are filled in and right. */
    boolean areChecksumsRight() {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        int length = bytes.length - TRANSPORT;
        Station from = new Station(0, frame.getInt(ETHERNET + 12));
        Station to = new Station(0, frame.getInt(ETHERNET + 16));
        int pseudo = pseudoSum(from, to, protocol(), length);
        return sum(bytes, ETHERNET, IP, 0) == 0xFFFF
                && sum(bytes, TRANSPORT, length, pseudo) == 0xFFFF;
    }

    /** Describes this frame to a port, from memory that holds a copy. */
    NetFrame describe(NetFrame frame, MemorySlice memory) {
        memory.putBytes(0, bytes, 0, bytes.length);
        frame.begin(0)
                .offload(
                        flags, gsoType, gsoType == NetFrame.GSO_NONE ? 0 : TRANSPORT + TCP, gsoSize)
                .checksum(checksumStart, checksumOffset)
                .data()
                .add(memory, 0, bytes.length);
        return frame;
    }
}
