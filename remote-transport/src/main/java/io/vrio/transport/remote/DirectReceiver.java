// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.FrameHeader;
import java.util.function.IntFunction;

/**
 * Receives the data of large reads straight into the guest's memory: looks at a frame's headers
 * first, and has the kernel put the rest where the request wants it. What it puts there may still
 * turn out to be no good; the guest looks only when its request ends. One worker.
 */
final class DirectReceiver {
    /** Limit: below this a second system call costs more than the copy it saves. */
    private static final int LENGTH_MIN = 16 << 10;

    /** Limit: pieces of a request's memory that one system call takes; else it goes by a copy. */
    private static final int PIECES_MAX = 1000;

    /** All headers that can stand before the data. */
    private static final int HEAD_LENGTH =
            FrameHeader.HEADERS_MAX
                    + SuperFrameHeader.LENGTH
                    + SuperFrameHeader.BLOCKS_MAX * SuperFrameHeader.BLOCK_LENGTH
                    + SegmentHeader.LENGTH
                    + BlockMessage.RESPONSE_LENGTH;

    private final IntFunction<RemoteDisk> disks;
    private final FrameHeader header = new FrameHeader();
    private final MemorySlice head = new MemorySlice();

    /** The disk whose request's memory has taken the data of the last frame, or null. */
    private RemoteDisk placed;

    /**
     * @param disks finds the disk of a flow, or null
     */
    DirectReceiver(IntFunction<RemoteDisk> disks) {
        this.disks = disks;
    }

    /** Whether what answers this request is worth it. */
    static boolean isFor(BlockRequest request) {
        return request.kind() == BlockRequestKind.READ && request.length() >= LENGTH_MIN;
    }

    /**
     * Takes the next frame, as {@link ScatterLink#receive} does; its headers are in the buffer in
     * any case, its data may be in a request's memory. {@link #finish} must follow once the frame
     * has been dealt with.
     */
    int receive(ScatterLink link, FrameBuffer buffer, Association association) {
        int length = link.peek(head.wrap(buffer.slice(), 0, HEAD_LENGTH));
        SegmentHeader segment = null;
        if (length >= LENGTH_MIN) {
            header.wrap(buffer.slice());
            boolean isValid =
                    header.isSumTrusted()
                            && header.invalidReason(length) == null
                            && header.payloadOffset() + header.payloadLength() == length;
            segment = isValid ? association.awaitedSegment(header, buffer) : null;
        }
        RemoteDisk disk = segment == null ? null : disks.apply(segment.flow());
        SliceList target = disk == null ? null : disk.target(segment);
        if (target == null || target.count() > PIECES_MAX) {
            return link.receive(buffer.slice());
        }
        int at = Math.max(segment.segmentOffset(), BlockMessage.RESPONSE_LENGTH);
        int dataLength = segment.segmentOffset() + segment.segmentLength() - at;
        int headersLength = length - dataLength;
        long targetOffset = at - BlockMessage.RESPONSE_LENGTH;
        int taken = link.receive(buffer.slice(), headersLength, target, targetOffset, dataLength);
        if (taken == 0) {
            disk.refuseDirect(segment);
        } else {
            disk.place(segment);
            placed = disk;
        }
        return taken;
    }

    void finish() {
        if (placed != null) {
            placed.endPlace();
            placed = null;
        }
    }
}
