// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * A view of the headers of one frame as a packet socket gives and takes it, all but the first in
 * network order. Nothing of it may be believed before {@link #invalidReason} has returned null.
 * Offsets behind the IP header are those over IPv4; over IPv6 all of that stands 20 bytes further.
 *
 * <pre>
 *  0 virtio_net_hdr  flags 1 | gso_type 1 | hdr_len 2 | gso_size 2 | csum_start 2 | csum_offset 2
 * 10 Ethernet        destination 6 | source 6 | type 2
 * 24 IPv4            version+ihl 1 | tos 1 | total 2 | id 2 | fragment 2 | ttl 1 | protocol 1
 *                    | checksum 2 | source 4 | destination 4
 * 24 or IPv6         version, class, flow label 4 | payload length 2 | next header 1 | hop limit 1
 *                    | source 16 | destination 16
 * 44 TCP             source 2 | destination 2 | sequence 4 | acknowledgement 4 | data offset 1
 *                    | flags 1 | window 2 | checksum 2 | urgent 2
 * 64 options, data   NOP NOP 8 10 | start of super-frame, bits 31-0: 4
 *                    | start of super-frame, bits 47-32: 2 | payload length of super-frame: 2
 * 64 options, SYN    2 4 MSS 2 | NOP 3 3 14 | NOP NOP 8 10 | 4 | 4 (as in data)
 * 76 payload
 * </pre>
 */
public final class FrameHeader {
    public static final int FIN = 1;
    public static final int SYN = 2;
    public static final int RST = 4;
    public static final int PSH = 8;
    public static final int ACK = 16;

    /** Bytes of the virtio_net_hdr. */
    public static final int VNET_LENGTH = 10;

    /** Bytes of the Ethernet header. */
    public static final int ETHERNET_LENGTH = 14;

    /** Bytes of an IPv4 header without options; with options it is refused. */
    static final int IP_LENGTH = 20;

    /** Bytes of a TCP header without options. */
    public static final int TCP_LENGTH = 20;

    /** Bytes of the options of all frames but SYN, SYN-ACK and RST. */
    public static final int DATA_OPTIONS_LENGTH = 12;

    /** Bytes of the options of SYN and SYN-ACK. */
    public static final int SYN_OPTIONS_LENGTH = 20;

    /** Bytes before the payload of a data frame over IPv4; also the length of ACK and FIN. */
    public static final int DATA_LENGTH = 76;

    /** Bytes of SYN and SYN-ACK over IPv4. */
    public static final int SYN_LENGTH = 84;

    /** Bytes of RST over IPv4: like the kernel's, it has no options. */
    public static final int RST_LENGTH = 64;

    /** Limit: bytes before the payload of any frame. */
    public static final int HEADERS_MAX = SYN_LENGTH + 20;

    /**
     * Limit: payload of one super-frame, over IPv4 as well, which has room for 20 bytes more. IP
     * would allow some more; but the kernel cuts a frame in software, which is slow, when it has
     * 65536 bytes or more with its Ethernet header.
     */
    public static final int PAYLOAD_MAX = 65449;

    /** Limit: bytes of any frame; a buffer of this size never cuts one. */
    public static final int FRAME_MAX = VNET_LENGTH + ETHERNET_LENGTH + 40 + 65535;

    /** The window field counts units of 2 to this power, in all frames but SYN and SYN-ACK. */
    public static final int WINDOW_SCALE = 14;

    static final int VNET_NEEDS_CHECKSUM = 1;
    static final int VNET_DATA_VALID = 2;
    static final int GSO_NONE = 0;

    static final int VNET_FLAGS = 0;
    static final int VNET_GSO_TYPE = 1;
    static final int VNET_HEADER_LENGTH = 2;
    static final int VNET_GSO_SIZE = 4;
    static final int VNET_CHECKSUM_START = 6;
    static final int VNET_CHECKSUM_OFFSET = 8;

    static final int ETHERNET_DESTINATION = 10;
    static final int ETHERNET_SOURCE = 16;
    static final int ETHERNET_TYPE = 22;

    static final int IP = 24;
    static final int IP_VERSION = 24;
    static final int IP_TOS = 25;
    static final int IP_TOTAL_LENGTH = 26;
    static final int IP_ID = 28;
    static final int IP_FRAGMENT = 30;
    static final int IP_TTL = 32;
    static final int IP_PROTOCOL = 33;
    static final int IP_CHECKSUM = 34;
    static final int IP_SOURCE = 36;
    static final int IP_DESTINATION = 40;

    static final int IP6_VERSION = 24;
    static final int IP6_PAYLOAD_LENGTH = 28;
    static final int IP6_NEXT_HEADER = 30;
    static final int IP6_HOP_LIMIT = 31;
    static final int IP6_SOURCE = 32;
    static final int IP6_DESTINATION = 48;

    static final int TCP = 44;
    static final int TCP_SOURCE = 44;
    static final int TCP_DESTINATION = 46;
    static final int TCP_SEQUENCE = 48;
    static final int TCP_ACKNOWLEDGEMENT = 52;
    static final int TCP_DATA_OFFSET = 56;
    static final int TCP_FLAGS = 57;
    static final int TCP_WINDOW = 58;
    static final int TCP_CHECKSUM = 60;
    static final int TCP_URGENT = 62;
    static final int TCP_OPTIONS = 64;

    static final int SYN_MSS = 66;

    static final int VERSION_4_IHL_5 = 0x45;
    static final int VERSION_6 = 6;
    static final int PROTOCOL_TCP = 6;
    static final int DONT_FRAGMENT = 0x4000;
    static final int TTL = 64;

    static final int NOP_NOP_TIMESTAMP = 0x0101_080A;
    static final int MSS_OPTION = 0x0204;
    static final int NOP_WINDOW_SCALE_14 = 0x0103_030E;

    private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3FFF;
    private static final int IP6_ADDRESSES_LENGTH = 32;
    private static final int IP_ADDRESSES_LENGTH = 8;
    private static final int PORTS_LENGTH = 4;
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private MemorySlice frame = new MemorySlice();

    /** How much further than over IPv4 that stands which follows the IP header. */
    private int shift;

    /**
     * Points this view at a frame whose virtio_net_hdr begins at byte 0 of {@code frame}. When a
     * frame comes there later, {@link #invalidReason} must be asked before anything else.
     */
    public FrameHeader wrap(MemorySlice frame) {
        this.frame = frame;
        if (frame.length() >= IP) {
            shift = IpVersion.of(frame).shift();
        }
        return this;
    }

    /** Returns why this frame cannot be trusted, or null when it can. */
    public String invalidReason(int receivedLength) {
        if (receivedLength < RST_LENGTH || receivedLength > frame.length()) {
            return "frame is too short";
        }
        // The frame may have come since it was wrapped.
        shift = IpVersion.of(frame).shift();
        String reason = invalidIpReason(receivedLength);
        if (reason == null) {
            reason = invalidTcpReason();
        }
        if (reason == null && !isSumTrusted() && !isTcpSumRight()) {
            reason = "TCP checksum is wrong";
        }
        return reason;
    }

    private String invalidIpReason(int receivedLength) {
        int type = frame.getUnsignedShortBigEndian(ETHERNET_TYPE);
        if (type == IpVersion.V4.etherType()) {
            return invalidIpv4Reason(receivedLength);
        }
        return type == IpVersion.V6.etherType()
                ? invalidIpv6Reason(receivedLength)
                : "neither IPv4 nor IPv6";
    }

    private String invalidIpv4Reason(int receivedLength) {
        if (frame.getUnsignedByte(IP_VERSION) != VERSION_4_IHL_5) {
            return "IP version is not 4 or IP options are present";
        }
        // An Ethernet frame may be padded at its end, never be shorter than it says.
        int totalLength = frame.getUnsignedShortBigEndian(IP_TOTAL_LENGTH);
        if (totalLength > receivedLength - IP || totalLength < IP_LENGTH + TCP_LENGTH) {
            return "IP total length is wrong";
        }
        if ((frame.getUnsignedShortBigEndian(IP_FRAGMENT) & MORE_FRAGMENTS_AND_OFFSET) != 0) {
            return "IP fragment";
        }
        if (frame.getUnsignedByte(IP_PROTOCOL) != PROTOCOL_TCP) {
            return "not TCP";
        }
        if (InternetChecksum.sum(frame, IP, IP_LENGTH) != 0xFFFF) {
            return "IP checksum is wrong";
        }
        return null;
    }

    private String invalidIpv6Reason(int receivedLength) {
        if (frame.getUnsignedByte(IP6_VERSION) >>> 4 != VERSION_6) {
            return "IP version is not 6";
        }
        // Fragments, too, have an extension header; and so have packets of more than 64 KB.
        if (frame.getUnsignedByte(IP6_NEXT_HEADER) != PROTOCOL_TCP) {
            return "not TCP, or behind an IPv6 extension header";
        }
        if (tcpLength() > receivedLength - tcp() || tcpLength() < TCP_LENGTH) {
            return "IPv6 payload length is wrong";
        }
        return isIpv4(IP6_SOURCE) || isIpv4(IP6_DESTINATION)
                ? "IPv4 address in the header of IPv6"
                : null;
    }

    private boolean isIpv4(int offset) {
        long high = frame.getLongBigEndian(offset);
        return IpAddress.isIpv4(high, frame.getLongBigEndian(offset + 8L));
    }

    private String invalidTcpReason() {
        int headerLength = tcpHeaderLength();
        if (headerLength < TCP_LENGTH || headerLength > tcpLength()) {
            return "TCP data offset is wrong";
        }
        return switch (flags() & (SYN | FIN | RST | ACK)) {
            case SYN, SYN | ACK -> invalidSynReason();
            case RST, RST | ACK -> null;
            case ACK -> invalidDataReason();
            case FIN | ACK -> payloadLength() > 0 ? "FIN with payload" : invalidDataReason();
            default -> "TCP flags make no sense together";
        };
    }

    private String invalidSynReason() {
        if (tcpHeaderLength() != TCP_LENGTH + SYN_OPTIONS_LENGTH
                || getShort(TCP_OPTIONS) != MSS_OPTION
                || getInt(TCP_OPTIONS + 4) != NOP_WINDOW_SCALE_14
                || getInt(TCP_OPTIONS + 8) != NOP_NOP_TIMESTAMP) {
            return "options of SYN are not those of this protocol";
        }
        return payloadLength() > 0 ? "SYN with payload" : null;
    }

    private String invalidDataReason() {
        if (tcpHeaderLength() != TCP_LENGTH + DATA_OPTIONS_LENGTH
                || getInt(TCP_OPTIONS) != NOP_NOP_TIMESTAMP) {
            return "TCP options are not those of this protocol";
        }
        long offset = superFrameOffset() & LOW_32;
        // By difference: offset + payload may overflow.
        if (offset > superFrameLength() || payloadLength() > superFrameLength() - offset) {
            return "segment is outside of its super-frame";
        }
        return null;
    }

    /** Whether the kernel has checked the TCP checksum, or the sender was this very machine. */
    public boolean isSumTrusted() {
        int flags = frame.getUnsignedByte(VNET_FLAGS);
        return (flags & (VNET_NEEDS_CHECKSUM | VNET_DATA_VALID)) != 0;
    }

    private boolean isTcpSumRight() {
        int addresses = InternetChecksum.sum(frame, addressesOffset(), addressesLength());
        int pseudo = InternetChecksum.pseudoHeader(addresses, tcpLength());
        return InternetChecksum.add(pseudo, InternetChecksum.sum(frame, tcp(), tcpLength()))
                == 0xFFFF;
    }

    /** The sender. Allocates: for the control path. */
    public Endpoint source() {
        return new Endpoint(sourceHardwareAddress(), sourceAddress(), sourcePort());
    }

    /** The receiver. Allocates: for the control path. */
    public Endpoint destination() {
        return new Endpoint(destinationHardwareAddress(), destinationAddress(), destinationPort());
    }

    public long sourceHardwareAddress() {
        return hardwareAddress(ETHERNET_SOURCE);
    }

    public long destinationHardwareAddress() {
        return hardwareAddress(ETHERNET_DESTINATION);
    }

    /** Whether the Ethernet source can be a station's: neither zero nor a group. */
    public boolean isFromStation() {
        boolean isGroup = (frame.getUnsignedByte(ETHERNET_SOURCE) & 1) != 0;
        return !isGroup && sourceHardwareAddress() != 0;
    }

    private long hardwareAddress(int offset) {
        return (long) frame.getUnsignedShortBigEndian(offset) << 32
                | frame.getIntBigEndian(offset + 2) & LOW_32;
    }

    /** Allocates: for the control path. */
    public IpAddress sourceAddress() {
        return isIpv6() ? address(IP6_SOURCE) : IpAddress.ipv4(frame.getIntBigEndian(IP_SOURCE));
    }

    /** Allocates: for the control path. */
    public IpAddress destinationAddress() {
        return isIpv6()
                ? address(IP6_DESTINATION)
                : IpAddress.ipv4(frame.getIntBigEndian(IP_DESTINATION));
    }

    private IpAddress address(int offset) {
        return new IpAddress(frame.getLongBigEndian(offset), frame.getLongBigEndian(offset + 8));
    }

    /** The sender's address as {@link IpAddress} counts it, bytes 0-7. */
    public long sourceHigh() {
        return isIpv6() ? frame.getLongBigEndian(IP6_SOURCE) : 0;
    }

    /** Likewise, bytes 8-15. */
    public long sourceLow() {
        return isIpv6()
                ? frame.getLongBigEndian(IP6_SOURCE + 8)
                : IpAddress.IPV4_PREFIX | frame.getIntBigEndian(IP_SOURCE) & LOW_32;
    }

    /** Whether this address and port have sent it. */
    public boolean isFrom(IpAddress address, int port) {
        return sourcePort() == port && isFrom(address);
    }

    /** Whether this address has sent it, from any port. */
    public boolean isFrom(IpAddress address) {
        return switch (address.version()) {
            case V4 -> !isIpv6() && frame.getIntBigEndian(IP_SOURCE) == address.ipv4();
            case V6 ->
                    isIpv6()
                            && frame.getLongBigEndian(IP6_SOURCE) == address.high()
                            && frame.getLongBigEndian(IP6_SOURCE + 8) == address.low();
        };
    }

    /**
     * Whether it is from the network of this address: over IPv6 the first 64 bits tell it, and the
     * rest is whatever a host likes (RFC 4291, 2.5.4). Never over IPv4.
     */
    public boolean isFromNetworkOf(IpAddress address) {
        return switch (address.version()) {
            case V4 -> false;
            case V6 -> isIpv6() && frame.getLongBigEndian(IP6_SOURCE) == address.high();
        };
    }

    /** Whether both are of one flow in one direction. */
    boolean isOfFlow(FrameHeader other) {
        boolean isSame = isIpv6() == other.isIpv6();
        int limit = addressesOffset() + addressesLength() + PORTS_LENGTH;
        for (int at = addressesOffset(); isSame && at < limit; at += 4) {
            isSame = frame.getInt(at) == other.frame.getInt(at);
        }
        return isSame;
    }

    private int addressesOffset() {
        return isIpv6() ? IP6_SOURCE : IP_SOURCE;
    }

    private int addressesLength() {
        return isIpv6() ? IP6_ADDRESSES_LENGTH : IP_ADDRESSES_LENGTH;
    }

    public int sourcePort() {
        return getShort(TCP_SOURCE);
    }

    public int destinationPort() {
        return getShort(TCP_DESTINATION);
    }

    /** The identification; only over IPv4. */
    public int ipId() {
        return frame.getUnsignedShortBigEndian(IP_ID);
    }

    /** Low 32 bits of the sequence number of the first payload byte. */
    public int sequence() {
        return getInt(TCP_SEQUENCE);
    }

    /** Low 32 bits of the next sequence number that the sender expects. */
    public int acknowledgement() {
        return getInt(TCP_ACKNOWLEDGEMENT);
    }

    /** The TCP flags, see {@link #SYN} and its neighbours. */
    public int flags() {
        return getByte(TCP_FLAGS);
    }

    /** The receive window of the sender in bytes. */
    public int window() {
        int field = getShort(TCP_WINDOW);
        return (flags() & SYN) != 0 ? field : field << WINDOW_SCALE;
    }

    /** The maximum segment size that a SYN or SYN-ACK announces: MTU - 40, over IPv6 MTU - 60. */
    public int mss() {
        return getShort(SYN_MSS);
    }

    /** The MTU behind that: of the sender, or less when a middlebox has lowered it. */
    public int announcedMtu() {
        IpVersion version = version();
        // Limit: nobody can make us send in pieces that are smaller than that.
        return Math.max(version.mtuMin(), mss() + version.headerLength() + TCP_LENGTH);
    }

    /** Low 48 bits of the sequence number at which this segment's super-frame begins. */
    public long superFrameStart48() {
        int at = timestampOffset();
        return (long) getShort(at + 4) << 32 | getInt(at) & LOW_32;
    }

    /** Payload bytes of the whole super-frame; 0 in ACK, FIN and SYN. */
    public int superFrameLength() {
        return getShort(timestampOffset() + 6);
    }

    /** Where this segment's payload lies in its super-frame. */
    public int superFrameOffset() {
        return sequence() - getInt(timestampOffset());
    }

    private int timestampOffset() {
        return (flags() & SYN) != 0 ? TCP_OPTIONS + 12 : TCP_OPTIONS + 4;
    }

    /** Bytes before the payload, the virtio_net_hdr included. */
    public int payloadOffset() {
        return tcp() + tcpHeaderLength();
    }

    public int payloadLength() {
        return tcpLength() - tcpHeaderLength();
    }

    /** Bytes of the IP packet. */
    public int packetLength() {
        return version().headerLength() + tcpLength();
    }

    /** Bytes of the TCP header and the payload. */
    private int tcpLength() {
        return isIpv6()
                ? frame.getUnsignedShortBigEndian(IP6_PAYLOAD_LENGTH)
                : frame.getUnsignedShortBigEndian(IP_TOTAL_LENGTH) - IP_LENGTH;
    }

    private int tcpHeaderLength() {
        return (getByte(TCP_DATA_OFFSET) >>> 4) * 4;
    }

    public IpVersion version() {
        return isIpv6() ? IpVersion.V6 : IpVersion.V4;
    }

    private boolean isIpv6() {
        return shift != 0;
    }

    private int tcp() {
        return TCP + shift;
    }

    /** A field of TCP. */
    private int getByte(int offset) {
        return frame.getUnsignedByte(offset + shift);
    }

    private int getShort(int offset) {
        return frame.getUnsignedShortBigEndian(offset + shift);
    }

    private int getInt(int offset) {
        return frame.getIntBigEndian(offset + shift);
    }
}
