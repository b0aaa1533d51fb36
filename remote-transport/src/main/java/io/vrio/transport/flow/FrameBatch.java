// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.message.FrameRecord;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;

/**
 * The frames of NICs that wait for their super-frame, as the segments that will stand in it: one
 * after the other of the same NIC share a segment. One worker.
 */
final class FrameBatch {
    /** Limit: segments of one super-frame. */
    static final int SEGMENTS_MAX = 96;

    /** Limit: bytes of all segments, so that there is room for any header before them. */
    static final int LENGTH_MAX =
            Association.SUPER_FRAME_MAX
                    - SuperFrameHeader.LENGTH
                    - SuperFrameHeader.BLOCKS_MAX * SuperFrameHeader.BLOCK_LENGTH;

    private static final int RECORD_ROOM = SegmentHeader.LENGTH + FrameRecord.LENGTH;

    /** A message is never empty. */
    private static final int REPORT_LENGTH = SegmentHeader.LENGTH + 1;

    private final NativeBuffer memory = new NativeBuffer(LENGTH_MAX + RECORD_ROOM);
    private final MemorySlice area = memory.slice();
    private final SegmentHeader segment = new SegmentHeader();
    private FrameFlow open;
    private int openAt;
    private int segmentCount;

    /** Changed last, when a frame is all there: what a fault breaks off has not happened. */
    private int used;

    boolean isEmpty() {
        return used == 0;
    }

    int length() {
        return used;
    }

    int segmentCount() {
        return segmentCount;
    }

    /** Whether this frame may be added by a copy. */
    boolean hasRoomFor(FrameFlow flow, int frameLength) {
        int needed = FrameRecord.LENGTH + frameLength + (flow == open ? 0 : SegmentHeader.LENGTH);
        return needed <= LENGTH_MAX - used && hasSegmentFor(flow);
    }

    /** Whether the next frame of this NIC continues its message. */
    boolean isOpen(FrameFlow flow) {
        return flow == open;
    }

    boolean hasRoomForReport() {
        return REPORT_LENGTH <= LENGTH_MAX - used && segmentCount < SEGMENTS_MAX;
    }

    private boolean hasSegmentFor(FrameFlow flow) {
        return flow == open || segmentCount < SEGMENTS_MAX;
    }

    /** Whether there is nothing of another NIC. */
    boolean isOnly(FrameFlow flow) {
        return segmentCount == 0 || segmentCount == 1 && flow == open;
    }

    /**
     * Adds a frame of a NIC, with a copy of its data.
     *
     * @throws InternalError when memory of its data has vanished: nothing has happened
     */
    void copy(FrameFlow flow, OutboundFrame frame) {
        int at = recordPlace(flow);
        int length = frame.length();
        frame.writeRecord(area, at);
        frame.data().copyTo(0, area, at + FrameRecord.LENGTH, length);
        commit(flow, at + FrameRecord.LENGTH + length);
    }

    private int recordPlace(FrameFlow flow) {
        return flow == open ? used : used + SegmentHeader.LENGTH;
    }

    private void commit(FrameFlow flow, int newUsed) {
        if (flow != open) {
            closeSegment(0);
            openAt = used;
            open = flow;
            segmentCount++;
        }
        used = newUsed;
    }

    /** Writes the header of the last segment, of which {@code moreLength} bytes are elsewhere. */
    private void closeSegment(int moreLength) {
        if (open != null) {
            int length = used - openAt - SegmentHeader.LENGTH + moreLength;
            segment.wrap(area, openAt, SegmentHeader.LENGTH)
                    .write(MessageKind.FRAMES, open.flow(), open.nextId(), length, 0, length);
        }
        open = null;
    }

    /** The next frame begins another message, also when it is of the same NIC. */
    void endMessage() {
        closeSegment(0);
    }

    /** Adds how far the frames of the peer's NIC {@code flow} have been taken. */
    void report(int flow, int id) {
        closeSegment(0);
        segment.wrap(area, used, SegmentHeader.LENGTH)
                .write(MessageKind.FRAMES_TAKEN, flow, id, 1, 0, 1);
        area.putByte(used + (long) SegmentHeader.LENGTH, (byte) 0);
        used += REPORT_LENGTH;
        segmentCount++;
    }

    /** Adds the beginning of what is to be sent to {@code payload}, which is then complete. */
    void finish(SliceList payload) {
        closeSegment(0);
        payload.add(area, 0, used);
    }

    /** As {@link #finish}, and one frame more, whose data stays where it is. */
    void finish(SliceList payload, FrameFlow flow, OutboundFrame last) {
        int at = recordPlace(flow);
        last.writeRecord(area, at);
        commit(flow, at + FrameRecord.LENGTH);
        closeSegment(last.length());
        payload.add(area, 0, used);
        payload.add(last.data(), 0, last.length());
    }

    void clear() {
        // Safety: a copy from memory that has vanished ends early, and the error that says so may
        // come later. What it leaves must not be what another guest has sent before.
        area.fill(0, used, (byte) 0);
        open = null;
        segmentCount = 0;
        used = 0;
    }

    void close() {
        memory.close();
    }
}
