// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static io.vrio.transport.wire.FrameHeader.IP_LENGTH;
import static io.vrio.transport.wire.FrameHeader.VNET_LENGTH;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * Does what a NIC with segmentation and checksum offload does: makes of the frame that a sender
 * hands over with its virtio_net_hdr the frames on the wire. For links in memory; trusts its input,
 * which is ours.
 */
public final class Segmenter {
    private Segmenter() {}

    /** Whether the sender asks to have this frame cut. */
    public static boolean isSuperFrame(MemorySlice frame) {
        return frame.getUnsignedByte(FrameHeader.VNET_GSO_TYPE) != FrameHeader.GSO_NONE;
    }

    /** How many frames on the wire a super-frame of {@code length} bytes becomes. */
    public static int count(MemorySlice frame, int length) {
        return (length - headersLength(frame) - 1) / segmentLength(frame) + 1;
    }

    /** Payload bytes of one segment. */
    private static int segmentLength(MemorySlice frame) {
        return frame.getUnsignedShort(FrameHeader.VNET_GSO_SIZE);
    }

    private static int headersLength(MemorySlice frame) {
        int tcp = tcp(frame);
        int field = tcp + FrameHeader.TCP_DATA_OFFSET - FrameHeader.TCP;
        return tcp + (frame.getUnsignedByte(field) >>> 4) * 4;
    }

    private static int tcp(MemorySlice frame) {
        return FrameHeader.TCP + IpVersion.of(frame).shift();
    }

    /** The IP length of the longest frame that this one becomes: what must fit the MTU. */
    public static int ipLength(MemorySlice frame, int length) {
        int whole = length - FrameHeader.IP;
        if (!isSuperFrame(frame)) {
            return whole;
        }
        return Math.min(whole, headersLength(frame) - FrameHeader.IP + segmentLength(frame));
    }

    /**
     * Writes the {@code index}-th segment of a super-frame into {@code target}, with right
     * checksums and an empty virtio_net_hdr.
     *
     * @return its length with the virtio_net_hdr
     */
    public static int cut(MemorySlice frame, int length, int index, MemorySlice target) {
        int headersLength = headersLength(frame);
        int offset = index * segmentLength(frame);
        int part = Math.min(segmentLength(frame), length - headersLength - offset);
        frame.copyTo(0, target, 0, headersLength);
        frame.copyTo(headersLength + (long) offset, target, headersLength, part);
        IpVersion version = IpVersion.of(frame);
        int shift = version.shift();
        if (version == IpVersion.V4) {
            int id = target.getUnsignedShortBigEndian(FrameHeader.IP_ID) + index;
            target.putShortBigEndian(FrameHeader.IP_ID, id);
        }
        putIpLength(target, headersLength - FrameHeader.IP + part);
        int sequence = target.getIntBigEndian(FrameHeader.TCP_SEQUENCE + shift) + offset;
        target.putIntBigEndian(FrameHeader.TCP_SEQUENCE + shift, sequence);
        if (index < count(frame, length) - 1) {
            // What ends the data stands in the last segment alone.
            int endsData = FrameHeader.PSH | FrameHeader.FIN;
            int flags = target.getUnsignedByte(FrameHeader.TCP_FLAGS + shift) & ~endsData;
            target.putByte(FrameHeader.TCP_FLAGS + shift, (byte) flags);
        }
        // The sender's pseudo-header sum holds the length of the whole.
        int tcp = FrameHeader.TCP + shift;
        int checksum = FrameHeader.TCP_CHECKSUM + shift;
        add(target, checksum, InternetChecksum.complement(length - tcp));
        add(target, checksum, headersLength + part - tcp);
        complete(target, headersLength + part);
        return headersLength + part;
    }

    private static void add(MemorySlice target, int field, int amount) {
        int sum = InternetChecksum.add(target.getUnsignedShortBigEndian(field), amount);
        target.putShortBigEndian(field, sum);
    }

    /**
     * Makes the IP header right for another length.
     *
     * @param length of the whole packet, the IP header included
     */
    static void putIpLength(MemorySlice frame, int length) {
        switch (IpVersion.of(frame)) {
            case V4 -> {
                frame.putShortBigEndian(FrameHeader.IP_TOTAL_LENGTH, length);
                frame.putShort(FrameHeader.IP_CHECKSUM, (short) 0);
                int sum = InternetChecksum.sum(frame, FrameHeader.IP, IP_LENGTH);
                frame.putShortBigEndian(FrameHeader.IP_CHECKSUM, InternetChecksum.complement(sum));
            }
            case V6 -> {
                int payloadLength = length - IpVersion.V6.headerLength();
                frame.putShortBigEndian(FrameHeader.IP6_PAYLOAD_LENGTH, payloadLength);
            }
        }
    }

    /**
     * Completes the TCP checksum where the sender left that to the NIC, and empties the
     * virtio_net_hdr: the frame is now what a wire carries.
     */
    public static void complete(MemorySlice frame, int length) {
        int flags = frame.getUnsignedByte(FrameHeader.VNET_FLAGS);
        if ((flags & FrameHeader.VNET_NEEDS_CHECKSUM) != 0) {
            // The field holds the pseudo-header sum until now, and is part of what is summed.
            int tcp = tcp(frame);
            int sum = InternetChecksum.sum(frame, tcp, length - tcp);
            int checksum = tcp + FrameHeader.TCP_CHECKSUM - FrameHeader.TCP;
            frame.putShortBigEndian(checksum, InternetChecksum.complement(sum));
        }
        frame.fill(0, VNET_LENGTH, (byte) 0);
    }
}
