// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.message.FrameRecord;
import io.vrio.transport.message.SegmentHeader;

/**
 * A message of frames as it was received: it stays in the buffers that it came in, and the frames
 * are taken out of them one by one. Pooled; one worker.
 */
final class FrameMessage {
    /** Limit: parts of one message; two are enough for any frame. */
    static final int PARTS_MAX = 4;

    private final FrameBuffer[] buffers = new FrameBuffer[PARTS_MAX];
    private final long[] offsets = new long[PARTS_MAX];
    private final int[] lengths = new int[PARTS_MAX];
    private int parts;
    private int id;
    private int messageLength;
    private int received;
    private int at;

    /** Takes the first segment of a message, and holds its buffer. */
    FrameMessage begin(SegmentHeader segment, FrameBuffer buffer, long offset) {
        parts = 0;
        received = 0;
        at = 0;
        id = segment.id();
        messageLength = segment.messageLength();
        add(segment, buffer, offset);
        if (!isComplete() && messageLength > FrameRecord.LENGTH + NetFrame.LENGTH_MAX) {
            throw new AssociationException("frame of " + messageLength + " bytes");
        }
        return this;
    }

    /** Whether a segment continues this message where it ends. */
    boolean isContinuedBy(SegmentHeader segment) {
        return segment.id() == id
                && segment.segmentOffset() == received
                && segment.messageLength() == messageLength;
    }

    void add(SegmentHeader segment, FrameBuffer buffer, long offset) {
        if (parts == PARTS_MAX) {
            throw new AssociationException("frame in more than " + PARTS_MAX + " parts");
        }
        buffers[parts] = buffer.hold();
        offsets[parts] = offset;
        lengths[parts] = segment.segmentLength();
        parts++;
        received += segment.segmentLength();
    }

    boolean isComplete() {
        return received == messageLength;
    }

    int id() {
        return id;
    }

    /** How many buffers it holds. */
    int parts() {
        return parts;
    }

    /**
     * Counts the frames of a complete message, before any of them is looked at.
     *
     * @throws AssociationException when they do not fill it
     */
    int countFrames() {
        int count = 0;
        int place = 0;
        while (place < messageLength) {
            // In the first part: a message of several parts holds one frame.
            if (lengths[0] - place < FrameRecord.LENGTH) {
                throw new AssociationException("frames end within a record");
            }
            long length = FrameRecord.frameLength(buffers[0].slice(), offsets[0] + place);
            if (length > messageLength - place - FrameRecord.LENGTH) {
                throw new AssociationException("a frame reaches past its message");
            }
            if (parts > 1 && length != messageLength - FrameRecord.LENGTH) {
                throw new AssociationException("several frames in more than one part");
            }
            place += FrameRecord.LENGTH + (int) length;
            count++;
        }
        return count;
    }

    /** Makes {@code frame} the next one, which stays so until {@link #skip}; false at the end. */
    boolean peek(NetFrame frame) {
        if (at == messageLength) {
            return false;
        }
        MemorySlice first = buffers[0].slice();
        FrameRecord.read(first, offsets[0] + at, frame);
        int from = at + FrameRecord.LENGTH;
        if (parts == 1) {
            int length = (int) FrameRecord.frameLength(first, offsets[0] + at);
            frame.data().add(first, offsets[0] + from, length);
        } else {
            frame.data().add(first, offsets[0] + from, lengths[0] - from);
            for (int i = 1; i < parts; i++) {
                frame.data().add(buffers[i].slice(), offsets[i], lengths[i]);
            }
        }
        return true;
    }

    /** The frame that was peeked at, of so many bytes, is done with. */
    void skip(int frameLength) {
        at += FrameRecord.LENGTH + frameLength;
    }

    /** Takes out all that is left; returns how many frames that were. */
    int skipAll(NetFrame frame) {
        int count = 0;
        while (peek(frame)) {
            skip(frame.length());
            count++;
        }
        return count;
    }

    /** Lets go of the buffers. */
    void release() {
        for (int i = 0; i < parts; i++) {
            buffers[i].release();
            buffers[i] = null;
        }
        parts = 0;
    }
}
