// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * A view of the headers of one frame as a packet socket gives and takes it, all but the first in
 * network order. Nothing of it may be believed before {@link #invalidReason} has returned null.
 *
 * <pre>
 *  0 virtio_net_hdr  flags 1 | gso_type 1 | hdr_len 2 | gso_size 2 | csum_start 2 | csum_offset 2
 * 10 Ethernet        destination 6 | source 6 | type 2
 * 24 IPv4            version+ihl 1 | tos 1 | total 2 | id 2 | fragment 2 | ttl 1 | protocol 1
 *                    | checksum 2 | source 4 | destination 4
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
    public static final int IP_LENGTH = 20;

    /** Bytes of a TCP header without options. */
    public static final int TCP_LENGTH = 20;

    /** Bytes of the options of all frames but SYN, SYN-ACK and RST. */
    public static final int DATA_OPTIONS_LENGTH = 12;

    /** Bytes of the options of SYN and SYN-ACK. */
    public static final int SYN_OPTIONS_LENGTH = 20;

    /** Bytes before the payload of a data frame; also the length of ACK and FIN. */
    public static final int DATA_LENGTH = 76;

    /** Bytes of SYN and SYN-ACK. */
    public static final int SYN_LENGTH = 84;

    /** Bytes of RST: like the kernel's, it has no options. */
    public static final int RST_LENGTH = 64;

    /**
     * Limit: payload of one super-frame. IPv4 would allow 14 bytes more; but the kernel cuts a
     * frame in software, which is slow, when it has 65536 bytes or more with its Ethernet header.
     */
    public static final int PAYLOAD_MAX = 65469;

    /** Limit: bytes of any frame; a buffer of this size never cuts one. */
    public static final int FRAME_MAX = VNET_LENGTH + ETHERNET_LENGTH + 65535;

    /** What the MTU must hold beside the payload of a segment. */
    public static final int SEGMENT_OVERHEAD = IP_LENGTH + TCP_LENGTH + DATA_OPTIONS_LENGTH;

    /** The window field counts units of 2 to this power, in all frames but SYN and SYN-ACK. */
    public static final int WINDOW_SCALE = 14;

    static final int VNET_NEEDS_CHECKSUM = 1;
    static final int VNET_DATA_VALID = 2;
    static final int GSO_NONE = 0;
    static final int GSO_TCPV4 = 1;

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

    static final int TYPE_IPV4 = 0x0800;
    static final int VERSION_4_IHL_5 = 0x45;
    static final int PROTOCOL_TCP = 6;
    static final int DONT_FRAGMENT = 0x4000;
    static final int TTL = 64;

    static final int NOP_NOP_TIMESTAMP = 0x0101_080A;
    static final int MSS_OPTION = 0x0204;
    static final int NOP_WINDOW_SCALE_14 = 0x0103_030E;

    private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3FFF;
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private MemorySlice frame = new MemorySlice();

    /** Points this view at a frame whose virtio_net_hdr begins at byte 0 of {@code frame}. */
    public FrameHeader wrap(MemorySlice frame) {
        this.frame = frame;
        return this;
    }

    /** Returns why this frame cannot be trusted, or null when it can. */
    public String invalidReason(int receivedLength) {
        if (receivedLength < RST_LENGTH || receivedLength > frame.length()) {
            return "frame is too short";
        }
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
        if (frame.getUnsignedShortBigEndian(ETHERNET_TYPE) != TYPE_IPV4) {
            return "not IPv4";
        }
        if (frame.getUnsignedByte(IP_VERSION) != VERSION_4_IHL_5) {
            return "IP version is not 4 or IP options are present";
        }
        // An Ethernet frame may be padded at its end, never be shorter than it says.
        if (totalLength() > receivedLength - IP || totalLength() < IP_LENGTH + TCP_LENGTH) {
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

    private String invalidTcpReason() {
        int headerLength = tcpHeaderLength();
        if (headerLength < TCP_LENGTH || headerLength > totalLength() - IP_LENGTH) {
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
                || frame.getUnsignedShortBigEndian(TCP_OPTIONS) != MSS_OPTION
                || frame.getIntBigEndian(TCP_OPTIONS + 4) != NOP_WINDOW_SCALE_14
                || frame.getIntBigEndian(TCP_OPTIONS + 8) != NOP_NOP_TIMESTAMP) {
            return "options of SYN are not those of this protocol";
        }
        return payloadLength() > 0 ? "SYN with payload" : null;
    }

    private String invalidDataReason() {
        if (tcpHeaderLength() != TCP_LENGTH + DATA_OPTIONS_LENGTH
                || frame.getIntBigEndian(TCP_OPTIONS) != NOP_NOP_TIMESTAMP) {
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
        int tcpLength = totalLength() - IP_LENGTH;
        int pseudo =
                InternetChecksum.pseudoHeader(sourceAddress(), destinationAddress(), tcpLength);
        return InternetChecksum.add(pseudo, InternetChecksum.sum(frame, TCP, tcpLength)) == 0xFFFF;
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

    private long hardwareAddress(int offset) {
        return (long) frame.getUnsignedShortBigEndian(offset) << 32
                | frame.getIntBigEndian(offset + 2) & LOW_32;
    }

    public int sourceAddress() {
        return frame.getIntBigEndian(IP_SOURCE);
    }

    public int destinationAddress() {
        return frame.getIntBigEndian(IP_DESTINATION);
    }

    public int sourcePort() {
        return frame.getUnsignedShortBigEndian(TCP_SOURCE);
    }

    public int destinationPort() {
        return frame.getUnsignedShortBigEndian(TCP_DESTINATION);
    }

    /** The IPv4 identification. */
    public int ipId() {
        return frame.getUnsignedShortBigEndian(IP_ID);
    }

    /** Low 32 bits of the sequence number of the first payload byte. */
    public int sequence() {
        return frame.getIntBigEndian(TCP_SEQUENCE);
    }

    /** Low 32 bits of the next sequence number that the sender expects. */
    public int acknowledgement() {
        return frame.getIntBigEndian(TCP_ACKNOWLEDGEMENT);
    }

    /** The TCP flags, see {@link #SYN} and its neighbours. */
    public int flags() {
        return frame.getUnsignedByte(TCP_FLAGS);
    }

    /** The receive window of the sender in bytes. */
    public int window() {
        int field = frame.getUnsignedShortBigEndian(TCP_WINDOW);
        return (flags() & SYN) != 0 ? field : field << WINDOW_SCALE;
    }

    /** The maximum segment size that a SYN or SYN-ACK announces: MTU - 40. */
    public int mss() {
        return frame.getUnsignedShortBigEndian(SYN_MSS);
    }

    /** Low 48 bits of the sequence number at which this segment's super-frame begins. */
    public long superFrameStart48() {
        int at = timestampOffset();
        return (long) frame.getUnsignedShortBigEndian(at + 4) << 32
                | frame.getIntBigEndian(at) & LOW_32;
    }

    /** Payload bytes of the whole super-frame; 0 in ACK, FIN and SYN. */
    public int superFrameLength() {
        return frame.getUnsignedShortBigEndian(timestampOffset() + 6);
    }

    /** Where this segment's payload lies in its super-frame. */
    public int superFrameOffset() {
        return sequence() - frame.getIntBigEndian(timestampOffset());
    }

    private int timestampOffset() {
        return (flags() & SYN) != 0 ? TCP_OPTIONS + 12 : TCP_OPTIONS + 4;
    }

    /** Bytes before the payload, the virtio_net_hdr included. */
    public int payloadOffset() {
        return TCP + tcpHeaderLength();
    }

    public int payloadLength() {
        return totalLength() - IP_LENGTH - tcpHeaderLength();
    }

    private int totalLength() {
        return frame.getUnsignedShortBigEndian(IP_TOTAL_LENGTH);
    }

    private int tcpHeaderLength() {
        return (frame.getUnsignedByte(TCP_DATA_OFFSET) >>> 4) * 4;
    }
}
