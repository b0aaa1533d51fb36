// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.memory.MemorySlice;

/**
 * Does what a NIC or kernel with GRO does: joins a segment to the one before it when both are
 * neighbours of one super-frame. For links in memory.
 */
public final class Coalescer {
    private final FrameHeader first = new FrameHeader();
    private final FrameHeader next = new FrameHeader();

    /**
     * Appends {@code next} to {@code first} when that is right.
     *
     * @param first has room after its {@code firstLength} bytes
     * @return the new length of {@code first}, or 0 when the two must stay apart
     */
    public int join(MemorySlice first, int firstLength, MemorySlice next, int nextLength) {
        if (!mayJoin(first, firstLength, next, nextLength)) {
            return 0;
        }
        int payloadLength = this.next.payloadLength();
        int ipLength = firstLength - FrameHeader.IP + payloadLength;
        if (ipLength > 65535 || firstLength + (long) payloadLength > first.length()) {
            return 0;
        }
        markChecked(first);
        next.copyTo(this.next.payloadOffset(), first, firstLength, payloadLength);
        Segmenter.putIpLength(first, ipLength);
        int flags = this.first.flags() | this.next.flags();
        first.putByte(FrameHeader.TCP_FLAGS + this.first.version().shift(), (byte) flags);
        return firstLength + payloadLength;
    }

    private boolean mayJoin(MemorySlice first, int firstLength, MemorySlice next, int nextLength) {
        if (this.first.wrap(first).invalidReason(firstLength) != null
                || this.next.wrap(next).invalidReason(nextLength) != null) {
            return false;
        }
        // PSH ends a group; a SYN, FIN or RST is never part of one.
        return this.first.flags() == FrameHeader.ACK
                && (this.next.flags() & ~FrameHeader.PSH) == FrameHeader.ACK
                && this.first.payloadLength() > 0
                && this.next.payloadLength() > 0
                && this.first.isOfFlow(this.next)
                && this.first.acknowledgement() == this.next.acknowledgement()
                && this.first.superFrameStart48() == this.next.superFrameStart48()
                && this.first.superFrameLength() == this.next.superFrameLength()
                && this.next.sequence() - this.first.sequence() == this.first.payloadLength();
    }

    /** The segments' sums were right; the group's own field is not. */
    private static void markChecked(MemorySlice frame) {
        frame.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_DATA_VALID);
        frame.putByte(FrameHeader.VNET_GSO_TYPE, (byte) IpVersion.of(frame).gsoType());
    }
}
