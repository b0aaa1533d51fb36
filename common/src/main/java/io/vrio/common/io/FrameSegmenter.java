// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Does in software what a NIC with offloads does: sums a frame, or cuts it into segments that fit a
 * wire. The frame is copied first: whoever sent it cannot change it any more while it is judged and
 * cut. One frame at a time.
 */
public final class FrameSegmenter implements AutoCloseable {
    /**
     * Limit: segments of one frame: 64 KiB in the smallest segments in use. A frame of more is made
     * to keep us busy, and dropped.
     */
    public static final int SEGMENTS_MAX = 256;

    /** Limit: bytes of all headers of a frame that is cut. A frame with more is dropped. */
    public static final int HEADERS_MAX = 512;

    private static final int TCP_CHECKSUM = 16;
    private static final int TCP_SEQUENCE = 4;
    private static final int TCP_FLAGS = 13;
    private static final int TCP_FIN_PSH = 0x09;
    private static final int TCP_CWR = 0x80;
    private static final int UDP_LENGTH = 4;
    private static final int UDP_CHECKSUM = 6;

    private final NativeBuffer wholeBuffer = new NativeBuffer(NetFrame.LENGTH_MAX);
    private final MemorySlice whole = wholeBuffer.slice();
    private final NativeBuffer headersBuffer = new NativeBuffer(HEADERS_MAX);
    private final MemorySlice headers = headersBuffer.slice();
    private final GsoHeaders layout = new GsoHeaders();
    private final NetFrame segment = new NetFrame();
    private boolean isGso;
    private boolean isSumLeft;
    private int queue;
    private int length;
    private int checksumStart;
    private int checksumOffset;
    private int gsoSize;
    private int count;

    /** Its field then no longer holds the pseudo header's part. */
    private boolean isSummed;

    /**
     * Takes a frame in.
     *
     * @param isSumLeft whether segments may go on without their sum, for a guest that knows how
     * @return why nothing can be made of it, or null
     */
    public NetDrop begin(NetFrame frame, boolean isSumLeft) {
        this.isSumLeft = isSumLeft;
        isGso = frame.isGso();
        queue = frame.queue();
        length = frame.length();
        checksumStart = frame.checksumStart();
        checksumOffset = frame.checksumOffset();
        gsoSize = frame.gsoSize();
        count = 1;
        isSummed = false;
        if (length > NetFrame.LENGTH_MAX) {
            return NetDrop.TOO_LONG;
        }
        // By difference: the sum of what others say may be anything.
        if (checksumStart > length - 2 || checksumOffset > length - 2 - checksumStart) {
            return NetDrop.BAD_CHECKSUM_PLACE;
        }
        frame.data().copyTo(0, whole, 0, length);
        return isGso ? beginGso(frame.gsoType()) : null;
    }

    private NetDrop beginGso(int gsoType) {
        if (!layout.parse(whole, length, gsoType, checksumStart)) {
            return NetDrop.BAD_GSO_HEADERS;
        }
        if (gsoSize == 0) {
            return NetDrop.BAD_GSO_SIZE;
        }
        count = Math.max(1, (length - layout.length() + gsoSize - 1) / gsoSize);
        return count > SEGMENTS_MAX ? NetDrop.BAD_GSO_SIZE : null;
    }

    /** How many frames there are now. */
    public int count() {
        return count;
    }

    /** One of them, as often as wanted; valid until the next is asked for. */
    public NetFrame segment(int index) {
        return isGso ? cut(index) : sum();
    }

    private NetFrame sum() {
        if (!isSummed) {
            isSummed = true;
            int sum = InternetChecksum.sum(whole, checksumStart, length - checksumStart);
            whole.putShortBigEndian(checksumStart + checksumOffset, checksumField(sum));
        }
        segment.begin(queue).data().add(whole, 0, length);
        return segment;
    }

    /** Zero would mean that there is no checksum; to a sum it makes no difference. */
    private static int checksumField(int sum) {
        int field = InternetChecksum.complement(sum);
        return field == 0 ? 0xFFFF : field;
    }

    private NetFrame cut(int index) {
        int headersLength = layout.length();
        int offset = index * gsoSize;
        int part = Math.min(gsoSize, length - headersLength - offset);
        whole.copyTo(0, headers, 0, headersLength);
        int transportLength = headersLength - checksumStart + part;
        layout.putNetwork(headers, index, transportLength);
        if (layout.isTcp()) {
            putTcp(index, offset);
        } else {
            headers.putShortBigEndian(checksumStart + UDP_LENGTH, transportLength);
        }
        segment.begin(queue);
        putChecksum(transportLength, headersLength + offset, part);
        segment.data().add(headers, 0, headersLength);
        segment.data().add(whole, headersLength + offset, part);
        return segment;
    }

    private void putTcp(int index, int offset) {
        int at = checksumStart;
        int sequence = headers.getIntBigEndian(at + TCP_SEQUENCE);
        headers.putIntBigEndian(at + TCP_SEQUENCE, sequence + offset);
        int flags = headers.getUnsignedByte(at + TCP_FLAGS);
        if (index > 0) {
            // Told once: the window was reduced before the first of them.
            flags &= ~TCP_CWR;
        }
        if (index < count - 1) {
            flags &= ~TCP_FIN_PSH;
        }
        headers.putByte(at + TCP_FLAGS, (byte) flags);
    }

    private void putChecksum(int transportLength, int payloadOffset, int payloadLength) {
        int field = layout.isTcp() ? TCP_CHECKSUM : UDP_CHECKSUM;
        int pseudo = layout.pseudoHeaderSum(headers, transportLength);
        headers.putShortBigEndian(checksumStart + field, pseudo);
        if (isSumLeft) {
            segment.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0)
                    .checksum(checksumStart, field);
            return;
        }
        int sum = InternetChecksum.sum(headers, checksumStart, layout.length() - checksumStart);
        sum = InternetChecksum.add(sum, InternetChecksum.sum(whole, payloadOffset, payloadLength));
        headers.putShortBigEndian(checksumStart + field, checksumField(sum));
    }

    @Override
    public void close() {
        headersBuffer.close();
        wholeBuffer.close();
    }
}
