// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.memory.MemorySlice;

/** The versions of IP, and what of a frame depends on them. */
public enum IpVersion {
    V4("IPv4", 0x0800, 20, 1, 576),
    V6("IPv6", 0x86DD, 40, 4, 1280);

    private final String text;
    private final int etherType;
    private final int headerLength;
    private final int gsoType;
    private final int mtuMin;

    IpVersion(String text, int etherType, int headerLength, int gsoType, int mtuMin) {
        this.text = text;
        this.etherType = etherType;
        this.headerLength = headerLength;
        this.gsoType = gsoType;
        this.mtuMin = mtuMin;
    }

    /** That of a frame which was written or found valid; others count as IPv4. */
    static IpVersion of(MemorySlice frame) {
        int type = frame.getUnsignedShortBigEndian(FrameHeader.ETHERNET_TYPE);
        return type == V6.etherType ? V6 : V4;
    }

    /** What stands in the Ethernet header. */
    public int etherType() {
        return etherType;
    }

    /** Bytes of an IP header without options or extension headers. */
    public int headerLength() {
        return headerLength;
    }

    /** How a virtio_net_hdr calls TCP over it. */
    int gsoType() {
        return gsoType;
    }

    /** Limit: what every network can carry; a path of less is refused. */
    public int mtuMin() {
        return mtuMin;
    }

    /** What the MTU must hold beside the payload of a segment. */
    public int segmentOverhead() {
        return headerLength + FrameHeader.TCP_LENGTH + FrameHeader.DATA_OPTIONS_LENGTH;
    }

    /** How much further than in IPv4 all that follows the IP header stands. */
    public int shift() {
        return headerLength - V4.headerLength;
    }

    @Override
    public String toString() {
        return text;
    }
}
