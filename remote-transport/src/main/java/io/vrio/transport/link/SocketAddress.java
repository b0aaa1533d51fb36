// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;

/** The structures sockaddr_in and sockaddr_ll. */
final class SocketAddress {
    /** Bytes of sockaddr_in. */
    static final int INTERNET_LENGTH = 16;

    /** Bytes of sockaddr_ll. */
    static final int PACKET_LENGTH = 20;

    static final int AF_INET = 2;
    static final int AF_PACKET = 17;

    private SocketAddress() {}

    /** Writes a sockaddr_in. */
    static void putInternet(MemorySlice target, long offset, int address, int port) {
        target.putShort(offset, (short) AF_INET);
        target.putShortBigEndian(offset + 2, port);
        target.putIntBigEndian(offset + 4, address);
        target.putLong(offset + 8, 0);
    }

    /** The address in a sockaddr_in. */
    static int address(MemorySlice source, long offset) {
        return source.getIntBigEndian(offset + 4);
    }

    /** The port in a sockaddr_in. */
    static int port(MemorySlice source, long offset) {
        return source.getUnsignedShortBigEndian(offset + 2);
    }

    /** Writes a sockaddr_ll that names an interface and an Ethernet type. */
    static void putPacket(MemorySlice target, long offset, int interfaceIndex, int etherType) {
        target.fill(offset, PACKET_LENGTH, (byte) 0);
        target.putShort(offset, (short) AF_PACKET);
        target.putShortBigEndian(offset + 2, etherType);
        target.putInt(offset + 4, interfaceIndex);
    }
}
