// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static io.vrio.transport.wire.FrameHeader.ACK;
import static io.vrio.transport.wire.FrameHeader.DATA_LENGTH;
import static io.vrio.transport.wire.FrameHeader.FIN;
import static io.vrio.transport.wire.FrameHeader.IP_LENGTH;
import static io.vrio.transport.wire.FrameHeader.PSH;
import static io.vrio.transport.wire.FrameHeader.RST;
import static io.vrio.transport.wire.FrameHeader.RST_LENGTH;
import static io.vrio.transport.wire.FrameHeader.SYN;
import static io.vrio.transport.wire.FrameHeader.SYN_LENGTH;
import static io.vrio.transport.wire.FrameHeader.TCP_LENGTH;
import static io.vrio.transport.wire.FrameHeader.VNET_LENGTH;
import static io.vrio.transport.wire.FrameHeader.WINDOW_SCALE;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * Writes the headers of the frames that one endpoint sends to another, from byte 0 of a slice on.
 * Each method returns the length of what it wrote; the payload is gathered by the link. The IP
 * checksum is computed here, the TCP checksum is left to the kernel or the NIC, which knows the
 * payload. Belongs to one worker.
 */
public final class FrameWriter {
    private static final int WINDOW_FIELD_MAX = 65535;

    /** Version 6, traffic class 0; the flow label stands in the bits below. */
    private static final int IPV6_WORD = 6 << 28;

    private static final int FLOW_LABEL_BITS = 20;

    private final Endpoint source;
    private final IpVersion version;
    private final int shift;
    private long destinationHardwareAddress;
    private long destinationHigh;
    private long destinationLow;
    private int destinationPort;
    private int addressesSum;
    private int flowLabel;
    private int mtu;
    private int ipId;

    /**
     * @param destination has an address of the same version
     * @param mtu the smaller IP MTU of the two ends, {@link IpVersion#segmentOverhead} + 1 to 65535
     */
    public FrameWriter(Endpoint source, Endpoint destination, int mtu) {
        this.source = source;
        version = source.address().version();
        shift = version.shift();
        destination(destination);
        mtu(mtu);
    }

    /** From now on frames go there. */
    public void destination(Endpoint destination) {
        if (destination.address().version() != version) {
            throw new IllegalArgumentException(
                    "from " + source + " to " + destination + ": two versions of IP");
        }
        destinationHardwareAddress = destination.hardwareAddress();
        destinationHigh = destination.address().high();
        destinationLow = destination.address().low();
        destinationPort = destination.port();
        onDestination();
    }

    /** From now on frames go to this station: the next hop may change while a flow lives. */
    public void hardwareAddress(long address) {
        destinationHardwareAddress = address;
    }

    /** The station that frames go to. */
    public long hardwareAddress() {
        return destinationHardwareAddress;
    }

    /**
     * From now on frames go to who has sent this one. Allocates nothing, whoever it is.
     *
     * @param received of the same version of IP
     */
    public void replyTo(FrameHeader received) {
        if (received.version() != version) {
            throw new IllegalArgumentException("from " + source + " to the other version of IP");
        }
        destinationHardwareAddress = received.sourceHardwareAddress();
        destinationHigh = received.sourceHigh();
        destinationLow = received.sourceLow();
        destinationPort = received.sourcePort();
        onDestination();
    }

    private void onDestination() {
        long high = source.address().high();
        long low = source.address().low();
        addressesSum = InternetChecksum.add(sum(high, low), sum(destinationHigh, destinationLow));
        long ports = (long) source.port() << 16 | destinationPort;
        long hash =
                spread(spread(spread(spread(ports, high), low), destinationHigh), destinationLow);
        // The same for all frames of a flow, or GRO would not merge them. 0 would say that there is
        // none.
        flowLabel = Math.max(1, (int) (hash & (1 << FLOW_LABEL_BITS) - 1));
    }

    private int sum(long high, long low) {
        return switch (version) {
            case V4 -> InternetChecksum.sum((int) low);
            case V6 -> InternetChecksum.add(InternetChecksum.sum(high), InternetChecksum.sum(low));
        };
    }

    /** Over all bits, because links and queues are chosen by the flow label (RFC 6437). */
    private static long spread(long hash, long part) {
        final long factor = 0x9E37_79B9_7F4A_7C15L;
        long product = (hash ^ part) * factor;
        return product ^ product >>> 32;
    }

    /** The MTU of the frames written from now on. */
    public void mtu(int mtu) {
        int least = version.segmentOverhead() + 1;
        if (mtu < least || mtu > 65535) {
            throw new IllegalArgumentException("MTU " + mtu + " is not " + least + " to 65535");
        }
        this.mtu = mtu;
    }

    /** Payload bytes of one segment on the wire. */
    public int segmentPayloadMax() {
        return mtu - version.segmentOverhead();
    }

    /** Opens a flow; {@code sequence} is the random initial sequence number. */
    public int writeSyn(MemorySlice target, long sequence, int windowBytes) {
        return writeSyn(target, SYN, sequence, 0, windowBytes);
    }

    /** Answers a SYN. */
    public int writeSynAck(
            MemorySlice target, long sequence, long acknowledgement, int windowBytes) {
        return writeSyn(target, SYN | ACK, sequence, acknowledgement, windowBytes);
    }

    private int writeSyn(
            MemorySlice target, int flags, long sequence, long acknowledgement, int windowBytes) {
        int options = FrameHeader.TCP_OPTIONS + shift;
        target.putShortBigEndian(options, FrameHeader.MSS_OPTION);
        int mss = mtu - version.headerLength() - TCP_LENGTH;
        target.putShortBigEndian(FrameHeader.SYN_MSS + shift, mss);
        target.putIntBigEndian(options + 4, FrameHeader.NOP_WINDOW_SCALE_14);
        writeSuperFrame(target, options + 8, sequence, 0);
        // RFC 7323: the window of a SYN is never scaled.
        int window = Math.min(windowBytes, WINDOW_FIELD_MAX);
        writeTcp(target, SYN_LENGTH, flags, sequence, acknowledgement, window);
        return writeLower(target, SYN_LENGTH, 0);
    }

    /** Acknowledges without payload; {@code sequence} is that of the next byte to be sent. */
    public int writeAck(MemorySlice target, long sequence, long acknowledgement, int windowBytes) {
        return writeSegment(target, ACK, sequence, acknowledgement, windowBytes, 0);
    }

    /**
     * The headers of a super-frame of {@code payloadLength} bytes, 1 to {@link
     * FrameHeader#PAYLOAD_MAX}, the first of which is {@code sequence}.
     */
    public int writeData(
            MemorySlice target,
            long sequence,
            long acknowledgement,
            int windowBytes,
            int payloadLength) {
        if (payloadLength <= 0 || payloadLength > FrameHeader.PAYLOAD_MAX) {
            throw new IllegalArgumentException("payload of " + payloadLength + " bytes");
        }
        return writeSegment(
                target, ACK | PSH, sequence, acknowledgement, windowBytes, payloadLength);
    }

    /** Ends this direction; it takes the sequence number {@code sequence}. */
    public int writeFin(MemorySlice target, long sequence, long acknowledgement, int windowBytes) {
        return writeSegment(target, FIN | ACK, sequence, acknowledgement, windowBytes, 0);
    }

    /**
     * The headers of {@code payloadLength} bytes of a super-frame that was sent before, from its
     * byte {@code offset} on: what a TCP would send as a retransmission.
     */
    public int writePiece(
            MemorySlice target,
            long superFrameStart,
            int superFrameLength,
            int offset,
            long acknowledgement,
            int windowBytes,
            int payloadLength) {
        if (payloadLength <= 0 || payloadLength > superFrameLength - offset) {
            throw new IllegalArgumentException("piece of " + payloadLength + " bytes");
        }
        int options = FrameHeader.TCP_OPTIONS + shift;
        writeSuperFrame(target, options, superFrameStart, superFrameLength);
        long sequence = superFrameStart + offset;
        return writeTail(target, ACK | PSH, sequence, acknowledgement, windowBytes, payloadLength);
    }

    private int writeSegment(
            MemorySlice target,
            int flags,
            long sequence,
            long acknowledgement,
            int windowBytes,
            int payloadLength) {
        writeSuperFrame(target, FrameHeader.TCP_OPTIONS + shift, sequence, payloadLength);
        return writeTail(target, flags, sequence, acknowledgement, windowBytes, payloadLength);
    }

    private int writeTail(
            MemorySlice target,
            int flags,
            long sequence,
            long acknowledgement,
            int windowBytes,
            int payloadLength) {
        int window = Math.min(windowBytes >> WINDOW_SCALE, WINDOW_FIELD_MAX);
        writeTcp(target, DATA_LENGTH, flags, sequence, acknowledgement, window);
        return writeLower(target, DATA_LENGTH, payloadLength);
    }

    /** Refuses or breaks off; a refused SYN is answered with sequence 0. */
    public int writeRst(MemorySlice target, long sequence, long acknowledgement) {
        writeTcp(target, RST_LENGTH, RST | ACK, sequence, acknowledgement, 0);
        return writeLower(target, RST_LENGTH, 0);
    }

    private static void writeSuperFrame(MemorySlice target, int at, long start, int payloadLength) {
        target.putIntBigEndian(at, FrameHeader.NOP_NOP_TIMESTAMP);
        target.putIntBigEndian(at + 4, (int) start);
        target.putShortBigEndian(at + 8, (int) (start >>> 32));
        target.putShortBigEndian(at + 10, payloadLength);
    }

    private void writeTcp(
            MemorySlice target,
            int headersLength,
            int flags,
            long sequence,
            long acknowledgement,
            int window) {
        target.putShortBigEndian(FrameHeader.TCP_SOURCE + shift, source.port());
        target.putShortBigEndian(FrameHeader.TCP_DESTINATION + shift, destinationPort);
        target.putIntBigEndian(FrameHeader.TCP_SEQUENCE + shift, (int) sequence);
        target.putIntBigEndian(FrameHeader.TCP_ACKNOWLEDGEMENT + shift, (int) acknowledgement);
        // The data offset counts words of four bytes in the upper half of its byte.
        int tcpHeaderLength = headersLength - FrameHeader.TCP;
        target.putByte(FrameHeader.TCP_DATA_OFFSET + shift, (byte) (tcpHeaderLength << 2));
        target.putByte(FrameHeader.TCP_FLAGS + shift, (byte) flags);
        target.putShortBigEndian(FrameHeader.TCP_WINDOW + shift, window);
        target.putShortBigEndian(FrameHeader.TCP_URGENT + shift, 0);
    }

    /**
     * Everything around TCP, and its checksum, which covers lengths and addresses.
     *
     * @param ipv4HeadersLength the length of all headers over IPv4
     */
    private int writeLower(MemorySlice target, int ipv4HeadersLength, int payloadLength) {
        int tcpLength = ipv4HeadersLength - FrameHeader.TCP + payloadLength;
        int headersLength = ipv4HeadersLength + shift;
        writeVnet(target, headersLength, payloadLength);
        writeEthernet(target);
        switch (version) {
            case V4 -> writeIpv4(target, tcpLength, payloadLength);
            case V6 -> writeIpv6(target, tcpLength);
        }
        // The kernel adds the rest to this and complements it, for each segment that it cuts.
        int pseudo = InternetChecksum.pseudoHeader(addressesSum, tcpLength);
        target.putShortBigEndian(FrameHeader.TCP_CHECKSUM + shift, pseudo);
        return headersLength;
    }

    private void writeVnet(MemorySlice target, int headersLength, int payloadLength) {
        boolean isCut = payloadLength > segmentPayloadMax();
        target.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_NEEDS_CHECKSUM);
        target.putByte(
                FrameHeader.VNET_GSO_TYPE,
                (byte) (isCut ? version.gsoType() : FrameHeader.GSO_NONE));
        int length = isCut ? headersLength - VNET_LENGTH : 0;
        target.putShort(FrameHeader.VNET_HEADER_LENGTH, (short) length);
        target.putShort(FrameHeader.VNET_GSO_SIZE, (short) (isCut ? segmentPayloadMax() : 0));
        int start = FrameHeader.TCP + shift - VNET_LENGTH;
        target.putShort(FrameHeader.VNET_CHECKSUM_START, (short) start);
        target.putShort(
                FrameHeader.VNET_CHECKSUM_OFFSET,
                (short) (FrameHeader.TCP_CHECKSUM - FrameHeader.TCP));
    }

    private void writeEthernet(MemorySlice target) {
        putHardwareAddress(target, FrameHeader.ETHERNET_DESTINATION, destinationHardwareAddress);
        putHardwareAddress(target, FrameHeader.ETHERNET_SOURCE, source.hardwareAddress());
        target.putShortBigEndian(FrameHeader.ETHERNET_TYPE, version.etherType());
    }

    private static void putHardwareAddress(MemorySlice target, int offset, long address) {
        target.putShortBigEndian(offset, (int) (address >>> 32));
        target.putIntBigEndian(offset + 2, (int) address);
    }

    private void writeIpv4(MemorySlice target, int tcpLength, int payloadLength) {
        target.putByte(FrameHeader.IP_VERSION, (byte) FrameHeader.VERSION_4_IHL_5);
        target.putByte(FrameHeader.IP_TOS, (byte) 0);
        target.putShortBigEndian(FrameHeader.IP_TOTAL_LENGTH, IP_LENGTH + tcpLength);
        target.putShortBigEndian(FrameHeader.IP_ID, ipId);
        target.putShortBigEndian(FrameHeader.IP_FRAGMENT, FrameHeader.DONT_FRAGMENT);
        target.putByte(FrameHeader.IP_TTL, (byte) FrameHeader.TTL);
        target.putByte(FrameHeader.IP_PROTOCOL, (byte) FrameHeader.PROTOCOL_TCP);
        target.putShortBigEndian(FrameHeader.IP_CHECKSUM, 0);
        target.putIntBigEndian(FrameHeader.IP_SOURCE, source.address().ipv4());
        target.putIntBigEndian(FrameHeader.IP_DESTINATION, (int) destinationLow);
        int sum = InternetChecksum.sum(target, FrameHeader.IP, IP_LENGTH);
        target.putShortBigEndian(FrameHeader.IP_CHECKSUM, InternetChecksum.complement(sum));
        // Whoever cuts the super-frame gives each segment the next id.
        ipId += Math.max(1, (payloadLength - 1) / segmentPayloadMax() + 1);
    }

    /** No router may fragment it, so nothing says that it must not be. */
    private void writeIpv6(MemorySlice target, int tcpLength) {
        target.putIntBigEndian(FrameHeader.IP6_VERSION, IPV6_WORD | flowLabel);
        target.putShortBigEndian(FrameHeader.IP6_PAYLOAD_LENGTH, tcpLength);
        target.putByte(FrameHeader.IP6_NEXT_HEADER, (byte) FrameHeader.PROTOCOL_TCP);
        target.putByte(FrameHeader.IP6_HOP_LIMIT, (byte) FrameHeader.TTL);
        IpAddress local = source.address();
        putAddress(target, FrameHeader.IP6_SOURCE, local.high(), local.low());
        putAddress(target, FrameHeader.IP6_DESTINATION, destinationHigh, destinationLow);
    }

    private static void putAddress(MemorySlice target, int offset, long high, long low) {
        target.putLongBigEndian(offset, high);
        target.putLongBigEndian(offset + 8L, low);
    }
}
