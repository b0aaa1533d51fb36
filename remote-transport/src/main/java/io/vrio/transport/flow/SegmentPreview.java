// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.SequenceNumber;

/**
 * Tells by its headers alone which segment a frame brings, so that the rest may be received where
 * it belongs. Changes nothing: the whole frame is judged once it is there. One worker.
 */
final class SegmentPreview {
    private final ReceiveWindow window;
    private final Credit credit;
    private final SuperFrameHeader superFrame = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();

    SegmentPreview(ReceiveWindow window, Credit credit) {
        this.window = window;
        this.credit = credit;
    }

    /**
     * The segment of a frame that is a whole super-frame, awaited, and has just this one; else
     * null.
     *
     * @param headers room for the whole frame, of which no more than the headers is there
     * @param tag that the peer's super-frames must carry
     */
    SegmentHeader awaited(FrameHeader header, MemorySlice headers, int tag) {
        long start = SequenceNumber.extend48(window.next(), header.superFrameStart48());
        int length = header.superFrameLength();
        boolean isAwaited =
                header.payloadLength() == length
                        && !credit.isExceededBy(start + length)
                        && !window.isPartlyReceived(start, start + length);
        if (!isAwaited) {
            return null;
        }
        superFrame.wrap(headers, header.payloadOffset(), length);
        boolean isOurs =
                superFrame.invalidReason() == null
                        && superFrame.sequence() == start
                        && superFrame.tag() == tag
                        && superFrame.segmentCount() == 1;
        if (!isOurs) {
            return null;
        }
        int at = superFrame.length();
        segment.wrap(headers, header.payloadOffset() + at, length - at);
        // Nothing may follow it: its data is found by its distance from the frame's end.
        boolean isWhole =
                segment.invalidReason() == null
                        && segment.segmentLength() == length - at - SegmentHeader.LENGTH;
        return isWhole ? segment : null;
    }
}
