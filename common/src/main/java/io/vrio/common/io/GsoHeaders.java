// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * Where the headers of a frame are that is to be cut. What the frame's sender has said of them must
 * be true: nothing is cut that is not IP with TCP or UDP right at the place of its checksum.
 */
final class GsoHeaders {
    /** Limit: extension headers of IPv6. A frame with more is refused. */
    private static final int EXTENSIONS_MAX = 8;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88A8;

    private static final int TCP = 6;
    private static final int TCP_LENGTH_MIN = 20;
    private static final int TCP_DATA_OFFSET = 12;
    private static final int UDP = 17;
    private static final int UDP_LENGTH = 8;

    private static final int IPV4_LENGTH_MIN = 20;
    private static final int IPV4_TOTAL_LENGTH = 2;
    private static final int IPV4_ID = 4;
    private static final int IPV4_FRAGMENT = 6;

    /** More fragments to come, or an offset: everything of that field but "don't fragment". */
    private static final int IPV4_FRAGMENT_MASK = 0xBFFF;

    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_ADDRESSES_LENGTH = 8;

    private static final int IPV6_LENGTH = 40;
    private static final int IPV6_PAYLOAD_LENGTH = 4;
    private static final int IPV6_NEXT = 6;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_ADDRESSES_LENGTH = 32;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;

    private boolean isIpv4;
    private boolean isTcp;
    private int network;
    private int transport;
    private int length;

    /**
     * Looks for the headers.
     *
     * @param transportStart where the sender says that TCP or UDP begins
     * @return false when they are not as they should be
     */
    boolean parse(MemorySlice frame, int frameLength, int gsoType, int transportStart) {
        isTcp = (gsoType & ~NetFrame.GSO_ECN) != NetFrame.GSO_UDP_L4;
        transport = transportStart;
        if (transport > frameLength - (isTcp ? TCP_LENGTH_MIN : UDP_LENGTH)) {
            return false;
        }
        // Everything before the transport header, and its fixed part, can be read from here on.
        return findNetwork(frame)
                && isOfType(gsoType)
                && (isIpv4 ? isGoodIpv4(frame) : isGoodIpv6(frame))
                && isGoodTransport(frame, frameLength);
    }

    private boolean findNetwork(MemorySlice frame) {
        network = NetFrame.ETHERNET_LENGTH;
        int type = frame.getUnsignedShortBigEndian(network - 2);
        for (int tags = 0; tags < 2 && (type == TYPE_VLAN || type == TYPE_SERVICE_VLAN); tags++) {
            network += NetFrame.VLAN_TAG_LENGTH;
            type = frame.getUnsignedShortBigEndian(network - 2);
        }
        isIpv4 = type == TYPE_IPV4;
        return isIpv4 || type == TYPE_IPV6;
    }

    private boolean isOfType(int gsoType) {
        return switch (gsoType & ~NetFrame.GSO_ECN) {
            case NetFrame.GSO_TCPV4 -> isIpv4;
            case NetFrame.GSO_TCPV6 -> !isIpv4;
            case NetFrame.GSO_UDP_L4 -> true;
            default -> false;
        };
    }

    private int protocol() {
        return isTcp ? TCP : UDP;
    }

    private boolean isGoodIpv4(MemorySlice frame) {
        if (transport - network < IPV4_LENGTH_MIN) {
            return false;
        }
        int first = frame.getUnsignedByte(network);
        int fragment = frame.getUnsignedShortBigEndian(network + IPV4_FRAGMENT);
        return first >>> 4 == 4
                && network + (first & 0xF) * 4 == transport
                && frame.getUnsignedByte(network + IPV4_PROTOCOL) == protocol()
                && (fragment & IPV4_FRAGMENT_MASK) == 0;
    }

    private boolean isGoodIpv6(MemorySlice frame) {
        if (transport - network < IPV6_LENGTH || frame.getUnsignedByte(network) >>> 4 != 6) {
            return false;
        }
        int next = frame.getUnsignedByte(network + IPV6_NEXT);
        int at = network + IPV6_LENGTH;
        for (int i = 0; i < EXTENSIONS_MAX && at < transport; i++) {
            if (!isExtension(next, frame, at)) {
                return false;
            }
            next = frame.getUnsignedByte(at);
            at += (frame.getUnsignedByte(at + 1) + 1) * 8;
        }
        return at == transport && next == protocol();
    }

    /** Whether one may stand in front of each segment; a fragment header may not. */
    private static boolean isExtension(int type, MemorySlice frame, int at) {
        // A route that is not at its end makes the checksum speak of another destination.
        final int segmentsLeft = 3;
        return switch (type) {
            case HOP_BY_HOP, DESTINATION_OPTIONS -> true;
            case ROUTING -> frame.getByte(at + segmentsLeft) == 0;
            default -> false;
        };
    }

    private boolean isGoodTransport(MemorySlice frame, int frameLength) {
        int transportLength =
                isTcp ? (frame.getUnsignedByte(transport + TCP_DATA_OFFSET) >>> 4) * 4 : UDP_LENGTH;
        length = transport + transportLength;
        return transportLength >= (isTcp ? TCP_LENGTH_MIN : UDP_LENGTH)
                && length <= frameLength
                && length <= FrameSegmenter.HEADERS_MAX;
    }

    boolean isTcp() {
        return isTcp;
    }

    /** Bytes of all headers, up to the payload. */
    int length() {
        return length;
    }

    /** Makes the network header that of one segment. */
    void putNetwork(MemorySlice headers, int index, int transportLength) {
        if (!isIpv4) {
            int payloadLength = transport - network - IPV6_LENGTH + transportLength;
            headers.putShortBigEndian(network + IPV6_PAYLOAD_LENGTH, payloadLength);
            return;
        }
        int headerLength = transport - network;
        int id = headers.getUnsignedShortBigEndian(network + IPV4_ID) + index;
        headers.putShortBigEndian(network + IPV4_TOTAL_LENGTH, headerLength + transportLength);
        headers.putShortBigEndian(network + IPV4_ID, id);
        headers.putShortBigEndian(network + IPV4_CHECKSUM, 0);
        int sum = InternetChecksum.sum(headers, network, headerLength);
        headers.putShortBigEndian(network + IPV4_CHECKSUM, InternetChecksum.complement(sum));
    }

    /** The sum of what a transport checksum covers without being there (RFC 9293, 3.1). */
    int pseudoHeaderSum(MemorySlice headers, int transportLength) {
        int start = network + (isIpv4 ? IPV4_SOURCE : IPV6_SOURCE);
        int addressesLength = isIpv4 ? IPV4_ADDRESSES_LENGTH : IPV6_ADDRESSES_LENGTH;
        int sum = InternetChecksum.sum(headers, start, addressesLength);
        return InternetChecksum.add(sum, protocol() + transportLength);
    }
}
