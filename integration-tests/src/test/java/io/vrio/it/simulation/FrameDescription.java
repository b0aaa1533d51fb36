// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a virtio_net_hdr says of a frame (virtio 1.2, 5.1.6), but for the count of buffers. */
record FrameDescription(
        int flags,
        int gsoType,
        int headersLength,
        int gsoSize,
        int checksumStart,
        int checksumOffset) {
    /** Bytes of it, with the count of buffers behind them. */
    static final int LENGTH_MAX = 12;

    private static final int NEEDS_CHECKSUM = 1;

    /** What is to be said of a frame, in a form with a VLAN tag or without. */
    static FrameDescription of(
            SentFrame frame, boolean isTagged, boolean isSumLeft, boolean isCutLeft) {
        return new FrameDescription(
                isSumLeft ? NEEDS_CHECKSUM : 0,
                isCutLeft ? frame.shape().gsoType() : 0,
                isCutLeft ? frame.headersLength(isTagged) : 0,
                isCutLeft ? frame.segmentLength() : 0,
                isSumLeft ? frame.checksumStart(isTagged) : 0,
                isSumLeft ? SentFrame.CHECKSUM_OFFSET : 0);
    }

    /** Reads one at the start of a guest's buffer. */
    static FrameDescription read(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new FrameDescription(
                header.get(0),
                header.get(1),
                header.getShort(2) & 0xFFFF,
                header.getShort(4) & 0xFFFF,
                header.getShort(6) & 0xFFFF,
                header.getShort(8) & 0xFFFF);
    }

    /** Writes it; the count of buffers, where there is one, is 0. */
    byte[] bytes(int length) {
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) flags).put((byte) gsoType);
        header.putShort((short) headersLength).putShort((short) gsoSize);
        header.putShort((short) checksumStart).putShort((short) checksumOffset);
        return header.array();
    }
}
