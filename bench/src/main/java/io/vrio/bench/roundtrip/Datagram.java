// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import java.nio.ByteBuffer;

/**
 * A UDP datagram from the guest to its peer, as an Ethernet frame, and how to recognise its echo.
 * Carries a number, so that no late echo is taken for another.
 *
 * <pre>
 *  0             14       34      42          50
 *  | Ethernet    | IPv4   | UDP   | number    |
 * </pre>
 */
final class Datagram {
    /** Bytes of a frame without its padding. */
    static final int LENGTH = 50;

    /** Bytes that UDP carries. */
    static final int PAYLOAD = 8;

    /** Of either end, in both networks; bench/hosts-local gives the peer its own. */
    static final int PORT = 7007;

    private static final long GUEST_MAC = 0x525400900001L;
    private static final long PEER_MAC = 0x525400900002L;
    private static final int IP = 14;
    private static final int UDP = 34;
    private static final int NUMBER = 42;
    private static final short IP_TYPE = 0x0800;
    private static final byte IP_VERSION_AND_LENGTH = 0x45;
    private static final byte PROTOCOL_UDP = 17;
    private static final byte HOPS = 64;

    private final byte[] bytes = new byte[LENGTH];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

    /**
     * @param subnet third byte of both addresses
     */
    Datagram(int subnet) {
        putMac(PEER_MAC);
        putMac(GUEST_MAC);
        buffer.putShort(IP_TYPE);
        int network = 10 << 24 | 90 << 16 | subnet << 8;
        buffer.put(IP_VERSION_AND_LENGTH).put((byte) 0);
        buffer.putShort((short) (LENGTH - IP)).putInt(0);
        buffer.put(HOPS).put(PROTOCOL_UDP).putShort((short) 0);
        buffer.putInt(network | 1).putInt(network | 2);
        buffer.putShort(IP + 10, headerChecksum());
        // Without a checksum of its own, which IPv4 allows.
        buffer.putShort((short) PORT).putShort((short) PORT);
        buffer.putShort((short) (LENGTH - UDP)).putShort((short) 0);
    }

    private void putMac(long mac) {
        buffer.putShort((short) (mac >> 32)).putInt((int) mac);
    }

    private short headerChecksum() {
        int sum = 0;
        for (int at = IP; at < UDP; at += Short.BYTES) {
            sum += Short.toUnsignedInt(buffer.getShort(at));
        }
        return (short) ~((sum & 0xFFFF) + (sum >>> 16));
    }

    /** The frame with this number; the same array each time. */
    byte[] numbered(long number) {
        buffer.putLong(NUMBER, number);
        return bytes;
    }

    /** Whether a frame that has come is the echo of the one sent last. */
    boolean isEcho(ByteBuffer frame, int length) {
        return length >= LENGTH
                && frame.getShort(12) == IP_TYPE
                && frame.get(IP + 9) == PROTOCOL_UDP
                && frame.getInt(IP + 12) == buffer.getInt(IP + 16)
                && frame.getShort(UDP) == PORT
                && frame.getLong(NUMBER) == buffer.getLong(NUMBER);
    }
}
