// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;

/** The structures sockaddr_in, sockaddr_in6 and sockaddr_ll. */
final class SocketAddress {
    /** Bytes of sockaddr_in6; sockaddr_in is shorter. */
    static final int INTERNET_MAX = 28;

    /** Bytes of sockaddr_ll. */
    static final int PACKET_LENGTH = 20;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_PACKET = 17;

    private static final int IPV4_LENGTH = 16;

    private SocketAddress() {}

    /** The family of sockets that send and receive this version. */
    static int family(IpVersion version) {
        return switch (version) {
            case V4 -> AF_INET;
            case V6 -> AF_INET6;
        };
    }

    /**
     * Writes a sockaddr_in or sockaddr_in6; returns its length.
     *
     * @param interfaceIndex says on which link a link-local address is meant
     */
    static int putInternet(
            MemorySlice target, long offset, IpAddress address, int port, int interfaceIndex) {
        target.fill(offset, INTERNET_MAX, (byte) 0);
        target.putShort(offset, (short) family(address.version()));
        target.putShortBigEndian(offset + 2, port);
        return switch (address.version()) {
            case V4 -> {
                target.putIntBigEndian(offset + 4, address.ipv4());
                yield IPV4_LENGTH;
            }
            case V6 -> {
                target.putLongBigEndian(offset + 8, address.high());
                target.putLongBigEndian(offset + 16, address.low());
                target.putInt(offset + 24, address.isLinkLocal() ? interfaceIndex : 0);
                yield INTERNET_MAX;
            }
        };
    }

    /** The address in a sockaddr_in. */
    static IpAddress address(MemorySlice source, long offset) {
        return IpAddress.ipv4(source.getIntBigEndian(offset + 4));
    }

    /** The port in a sockaddr_in or sockaddr_in6. */
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
