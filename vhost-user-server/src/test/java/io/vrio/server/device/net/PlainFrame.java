// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import java.nio.ByteBuffer;

/**
 * A fixture: the bytes of an Ethernet frame with IP and TCP or UDP, made and judged by plain loops
 * that share nothing with the code under test.
 */
final class PlainFrame {
    static final int FIN = 0x01;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int CWR = 0x80;

    private static final int TCP = 6;
    private static final int UDP = 17;

    private final ByteBuffer bytes;
    private final int network;
    private final int transport;
    private final boolean isIpv4;
    private final boolean isTcp;

    /**
     * @param network where the IP header begins
     * @param transport where TCP or UDP begins
     */
    private PlainFrame(byte[] bytes, int network, int transport, boolean isIpv4, boolean isTcp) {
        this.bytes = ByteBuffer.wrap(bytes);
        this.network = network;
        this.transport = transport;
        this.isIpv4 = isIpv4;
        this.isTcp = isTcp;
    }

    static PlainFrame tcp4(int payloadLength, int flags) {
        return make(0, true, 0, true, payloadLength).putTcp(flags);
    }

    /** With an 802.1Q tag. */
    static PlainFrame taggedTcp4(int payloadLength, int flags) {
        return make(1, true, 0, true, payloadLength).putTcp(flags);
    }

    /**
     * @param extensions hop-by-hop headers of 8 bytes
     */
    static PlainFrame tcp6(int payloadLength, int flags, int extensions) {
        return make(0, false, extensions, true, payloadLength).putTcp(flags);
    }

    static PlainFrame udp4(int payloadLength) {
        return make(0, true, 0, false, payloadLength);
    }

    static PlainFrame udp6(int payloadLength) {
        return make(0, false, 0, false, payloadLength);
    }

    private static PlainFrame make(
            int tags, boolean isIpv4, int extensions, boolean isTcp, int payloadLength) {
        int network = 14 + 4 * tags;
        int transport = network + (isIpv4 ? 20 : 40 + 8 * extensions);
        int payload = transport + (isTcp ? 20 : 8);
        PlainFrame frame =
                new PlainFrame(
                        new byte[payload + payloadLength], network, transport, isIpv4, isTcp);
        frame.putEthernet(tags);
        if (isIpv4) {
            frame.putIpv4();
        } else {
            frame.putIpv6(extensions);
        }
        frame.putTransport();
        for (int i = 0; i < payloadLength; i++) {
            frame.bytes.put(payload + i, (byte) (i * 7 + i / 251));
        }
        return frame;
    }

    private void putEthernet(int tags) {
        bytes.putLong(0, 0x5254_0012_3456_5254L).putInt(8, 0x00AB_CDEF);
        for (int i = 0; i < tags; i++) {
            bytes.putShort(12 + 4 * i, (short) 0x8100).putShort(14 + 4 * i, (short) 42);
        }
        bytes.putShort(network - 2, (short) (isIpv4 ? 0x0800 : 0x86DD));
    }

    private void putIpv4() {
        bytes.put(network, (byte) 0x45).putShort(network + 2, (short) (length() - network));
        bytes.putShort(network + 4, (short) 0xFFFF).putShort(network + 6, (short) 0x4000);
        bytes.put(network + 8, (byte) 64).put(network + 9, (byte) (isTcp ? TCP : UDP));
        bytes.putInt(network + 12, 0x0A00_0001).putInt(network + 16, 0x0AFF_FFFE);
    }

    private void putIpv6(int extensions) {
        bytes.putInt(network, 0x6000_0000);
        bytes.putShort(network + 4, (short) (length() - network - 40));
        int protocol = isTcp ? TCP : UDP;
        bytes.put(network + 6, (byte) (extensions > 0 ? 0 : protocol));
        bytes.putLong(network + 8, 0xFD00_0000_0000_0000L).putLong(network + 16, 0xFFFF);
        bytes.putLong(network + 24, 0xFD00_0000_0000_0000L).putLong(network + 32, 0x1_0002);
        for (int i = 0; i < extensions; i++) {
            int at = network + 40 + 8 * i;
            bytes.put(at, (byte) (i == extensions - 1 ? protocol : 0));
            // One option that pads.
            bytes.put(at + 2, (byte) 1).put(at + 3, (byte) 4);
        }
    }

    private void putTransport() {
        bytes.putShort(transport, (short) 4000).putShort(transport + 2, (short) 80);
        if (!isTcp) {
            bytes.putShort(transport + 4, (short) (length() - transport));
        }
    }

    private PlainFrame putTcp(int flags) {
        bytes.putInt(transport + 4, 0xFFFF_FF00).putInt(transport + 8, 77);
        bytes.put(transport + 12, (byte) 0x50).put(transport + 13, (byte) flags);
        return this;
    }

    /** A frame of the same kind with other bytes. */
    PlainFrame like(byte[] other) {
        return new PlainFrame(other, network, transport, isIpv4, isTcp);
    }

    byte[] bytes() {
        return bytes.array();
    }

    int length() {
        return bytes.capacity();
    }

    int checksumStart() {
        return transport;
    }

    int checksumOffset() {
        return isTcp ? 16 : 6;
    }

    int headersLength() {
        return transport + (isTcp ? 20 : 8);
    }

    int payloadLength() {
        return length() - headersLength();
    }

    int sequence() {
        return bytes.getInt(transport + 4);
    }

    int tcpFlags() {
        return bytes.get(transport + 13) & 0xFF;
    }

    int ipId() {
        return bytes.getShort(network + 4) & 0xFFFF;
    }

    /** What the IP header says of the frame's length, Ethernet header included. */
    int saidLength() {
        int said = bytes.getShort(network + (isIpv4 ? 2 : 4)) & 0xFFFF;
        return network + said + (isIpv4 ? 0 : 40);
    }

    int udpLength() {
        return bytes.getShort(transport + 4) & 0xFFFF;
    }

    /** Puts what a driver leaves for the NIC to go on from: the sum of the pseudo header. */
    PlainFrame withPseudoSum() {
        int field = transport + checksumOffset();
        bytes.putShort(field, (short) 0);
        bytes.putShort(field, (short) pseudoSum());
        return this;
    }

    private int pseudoSum() {
        int start = network + (isIpv4 ? 12 : 8);
        int length = isIpv4 ? 8 : 32;
        return fold(sum(start, length) + (isTcp ? TCP : UDP) + (length() - transport));
    }

    /** Whether the sum of the pseudo header alone stands where the checksum should. */
    boolean hasPseudoSum() {
        int field = bytes.getShort(transport + checksumOffset()) & 0xFFFF;
        return field == pseudoSum();
    }

    boolean isIpv4SumRight() {
        return fold(sum(network, 20)) == 0xFFFF;
    }

    boolean isSumRight() {
        return fold(pseudoSum() + sum(transport, length() - transport)) == 0xFFFF;
    }

    private long sum(int start, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int value = bytes.get(start + i) & 0xFF;
            sum += (i & 1) == 0 ? value << 8 : value;
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xFFFF) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }
}
