// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.memory.SliceList;

/**
 * One Ethernet frame and what its {@code virtio_net_hdr} says about it (virtio 1.2, 5.1.6): it may
 * lack its checksum, and be longer than any MTU because it is to be cut by whoever sends it at
 * last. Pooled by whoever offers it; touched by one worker only; valid until the offer returns.
 */
public final class NetFrame {
    /** Bytes of the Ethernet header, without VLAN tag. */
    public static final int ETHERNET_LENGTH = 14;

    /** Bytes of an IEEE 802.1Q tag. */
    public static final int VLAN_TAG_LENGTH = 4;

    /** Limit: bytes of a frame: an IP packet of 65,535 behind an Ethernet header with two tags. */
    public static final int LENGTH_MAX = 65_535 + ETHERNET_LENGTH + 2 * VLAN_TAG_LENGTH;

    /** Flag: the checksum at {@link #checksumOffset} holds the sum of the pseudo header only. */
    public static final int NEEDS_CHECKSUM = 1;

    /** Flag: the checksum has been verified. */
    public static final int DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;
    public static final int GSO_UDP_L4 = 5;

    /** Added to a TCP type: the first segment carries CWR, the others must not. */
    public static final int GSO_ECN = 0x80;

    private static final int TCP_CHECKSUM_OFFSET = 16;
    private static final int TCP_LENGTH_MIN = 20;
    private static final int UDP_CHECKSUM_OFFSET = 6;
    private static final int UDP_LENGTH = 8;

    private final SliceList data = new SliceList();
    private int queue;
    private int flags;
    private int gsoType;
    private int headerLength;
    private int gsoSize;
    private int checksumStart;
    private int checksumOffset;

    /** Starts a new life: no data, nothing to be done by others. */
    public NetFrame begin(int queue) {
        this.queue = queue;
        data.clear();
        return offload(0, GSO_NONE, 0, 0).checksum(0, 0);
    }

    /**
     * @param flags {@link #NEEDS_CHECKSUM}, {@link #DATA_VALID}
     * @param gsoType one of the GSO constants
     * @param headerLength bytes of all headers up to the payload; a hint, as guests lie about it
     * @param gsoSize payload bytes of each segment but the last
     */
    public NetFrame offload(int flags, int gsoType, int headerLength, int gsoSize) {
        this.flags = flags;
        this.gsoType = gsoType;
        this.headerLength = headerLength;
        this.gsoSize = gsoSize;
        return this;
    }

    /**
     * @param start where the sum begins, in bytes of the frame
     * @param offset where it is stored, in bytes from {@code start} on
     */
    public NetFrame checksum(int start, int offset) {
        checksumStart = start;
        checksumOffset = offset;
        return this;
    }

    /** A VLAN tag was put in, or taken out with a negative {@code distance}. */
    public NetFrame moveTransport(int distance) {
        headerLength = headerLength == 0 ? 0 : Math.max(0, headerLength + distance);
        checksumStart = needsChecksum() ? Math.max(0, checksumStart + distance) : 0;
        return this;
    }

    /** Copies the description, not the data, of another frame. */
    public NetFrame beginLike(NetFrame other) {
        return begin(other.queue)
                .offload(other.flags, other.gsoType, other.headerLength, other.gsoSize)
                .checksum(other.checksumStart, other.checksumOffset);
    }

    /** The Ethernet frame: no preamble, no frame check sequence. */
    public SliceList data() {
        return data;
    }

    /** Bytes of the Ethernet frame. */
    public int length() {
        return (int) data.length();
    }

    /** The queue pair it belongs to, 0 or more; frames of one queue keep their order. */
    public int queue() {
        return queue;
    }

    public int flags() {
        return flags;
    }

    public boolean needsChecksum() {
        return (flags & NEEDS_CHECKSUM) != 0;
    }

    public boolean isGso() {
        return gsoType != GSO_NONE;
    }

    public int gsoType() {
        return gsoType;
    }

    public int headerLength() {
        return headerLength;
    }

    public int gsoSize() {
        return gsoSize;
    }

    public int checksumStart() {
        return checksumStart;
    }

    public int checksumOffset() {
        return checksumOffset;
    }

    /**
     * Returns why nobody should be given this frame, or null. What it says is safe to rely on
     * afterwards: the checksum's place, and that of a transport header's fixed part for a frame
     * that is to be cut, lie within the frame; lengths inside of the headers are still the guest's
     * word.
     *
     * @param mtu bytes of payload behind the Ethernet header that one frame on a wire may have
     */
    public NetDrop invalidReason(int mtu) {
        int length = length();
        if (length < ETHERNET_LENGTH) {
            return NetDrop.TOO_SHORT;
        }
        if (length > LENGTH_MAX) {
            return NetDrop.TOO_LONG;
        }
        if ((flags & ~(NEEDS_CHECKSUM | DATA_VALID)) != 0) {
            return NetDrop.BAD_FLAGS;
        }
        // By difference: sums of what a guest says are compared with nothing.
        if (needsChecksum()
                && (checksumStart < ETHERNET_LENGTH
                        || checksumOffset > length - 2 - checksumStart)) {
            // Whoever fills it in must not write over addresses that others have judged.
            return NetDrop.BAD_CHECKSUM_PLACE;
        }
        if (isGso()) {
            return invalidGsoReason(length, mtu);
        }
        return length - ETHERNET_LENGTH - 2 * VLAN_TAG_LENGTH > mtu ? NetDrop.OVER_MTU : null;
    }

    private NetDrop invalidGsoReason(int length, int mtu) {
        int type = gsoType & ~GSO_ECN;
        boolean isTcp = type == GSO_TCPV4 || type == GSO_TCPV6;
        boolean isUdp = gsoType == GSO_UDP_L4;
        if (!isTcp && !isUdp) {
            return NetDrop.BAD_GSO_TYPE;
        }
        int fixedLength = isTcp ? TCP_LENGTH_MIN : UDP_LENGTH;
        int wantedOffset = isTcp ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET;
        if (!needsChecksum()
                || checksumOffset != wantedOffset
                || checksumStart > length - fixedLength) {
            return NetDrop.BAD_CHECKSUM_PLACE;
        }
        int networkLengthMin = checksumStart - ETHERNET_LENGTH - 2 * VLAN_TAG_LENGTH;
        boolean isTooBig = gsoSize > mtu - networkLengthMin - fixedLength;
        return gsoSize == 0 || isTooBig ? NetDrop.BAD_GSO_SIZE : null;
    }
}
