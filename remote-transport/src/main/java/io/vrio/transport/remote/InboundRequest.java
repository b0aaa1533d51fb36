// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import java.util.Arrays;

/**
 * A request as it arrives at the IOhyp, in one segment or many, and its answer. Its data stays in
 * the frame buffers that brought it. Pooled by its disk service; one worker.
 */
final class InboundRequest {
    /** Limit: segments of one message; a peer that cuts finer is broken or hostile. */
    static final int SEGMENTS_MAX = 512;

    /**
     * Limit: longer segments keep the buffer that brought them. Shorter ones come when the path is
     * crowded, and a large write would keep a buffer for each.
     */
    private static final int COPY_MAX = FrameBuffer.LENGTH / 2;

    final BlockRequest block = new BlockRequest();
    final OutboundMessage response;

    /** Made once, so that a request allocates nothing. */
    final BlockCompletion completion;

    private int id;
    private int messageLength;
    private int receivedLength;
    private FrameBuffer[] buffers = new FrameBuffer[2];
    private long[] offsets = new long[2];
    private int[] starts = new int[2];
    private int[] lengths = new int[2];
    private int count;
    private int roomCount;

    InboundRequest(DiskService service) {
        response = new OutboundMessage(message -> service.onAcknowledged(this));
        completion = (request, status) -> service.end(this, status);
    }

    void begin(int id, int messageLength) {
        this.id = id;
        this.messageLength = messageLength;
        receivedLength = 0;
        count = 0;
    }

    int id() {
        return id;
    }

    /** Bytes of the request's data: what follows its header. */
    int dataLength() {
        return messageLength - BlockMessage.REQUEST_LENGTH;
    }

    /** Takes a segment, in its place by offset. */
    void add(SegmentHeader segment, FrameBuffer buffer, long offset) {
        int start = segment.segmentOffset();
        int length = segment.segmentLength();
        if (segment.messageLength() != messageLength) {
            throw new AssociationException("segments disagree about the length of a message");
        }
        if (messageLength < BlockMessage.REQUEST_LENGTH
                || start == 0 && length < BlockMessage.REQUEST_LENGTH) {
            throw new AssociationException("request is shorter than its header");
        }
        if (count == SEGMENTS_MAX) {
            throw new AssociationException("message of more than " + SEGMENTS_MAX + " segments");
        }
        if (count == starts.length) {
            grow();
        }
        int place = count;
        while (place > 0 && starts[place - 1] > start) {
            place--;
        }
        // Overlaps would let the count of bytes lie, and a hole show what a buffer held before.
        boolean overlapsBefore = place > 0 && starts[place - 1] + lengths[place - 1] > start;
        boolean overlapsAfter = place < count && start + length > starts[place];
        if (overlapsBefore || overlapsAfter) {
            throw new AssociationException("segments of a message overlap");
        }
        receivedLength += length;
        if (place > 0 && length <= COPY_MAX && append(place - 1, start, length, buffer, offset)) {
            return;
        }
        shift(place);
        buffers[place] = buffer.hold();
        offsets[place] = offset;
        starts[place] = start;
        lengths[place] = length;
        count++;
    }

    /** Copies what follows on an earlier segment behind it, where nobody else holds the buffer. */
    private boolean append(int before, int start, int length, FrameBuffer from, long offset) {
        long end = offsets[before] + lengths[before];
        FrameBuffer target = buffers[before];
        boolean isRoom =
                starts[before] + lengths[before] == start
                        && target.isHeldOnce()
                        && length <= FrameBuffer.LENGTH - end;
        if (isRoom) {
            from.slice().copyTo(offset, target.slice(), end, length);
            lengths[before] += length;
        }
        return isRoom;
    }

    private void grow() {
        int capacity = count * 2;
        buffers = Arrays.copyOf(buffers, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        starts = Arrays.copyOf(starts, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
    }

    private void shift(int place) {
        int moved = count - place;
        System.arraycopy(buffers, place, buffers, place + 1, moved);
        System.arraycopy(offsets, place, offsets, place + 1, moved);
        System.arraycopy(starts, place, starts, place + 1, moved);
        System.arraycopy(lengths, place, lengths, place + 1, moved);
    }

    boolean isComplete() {
        return receivedLength == messageLength;
    }

    /** How many buffers it keeps. */
    int bufferCount() {
        return count;
    }

    /** The buffer that holds the request's header, from {@link #headerOffset}. */
    FrameBuffer headerBuffer() {
        return buffers[0];
    }

    long headerOffset() {
        return offsets[0];
    }

    /** Makes the request's data list from the segments. */
    void gatherData() {
        block.data().clear();
        int skip = BlockMessage.REQUEST_LENGTH;
        for (int i = 0; i < count; i++) {
            block.data().add(buffers[i].slice(), offsets[i] + skip, lengths[i] - skip);
            skip = 0;
        }
    }

    /** Makes room for {@code length} bytes of answer out of fresh buffers. */
    void addRoom(FrameBuffer buffer, int length) {
        if (count == starts.length) {
            grow();
        }
        buffers[count++] = buffer;
        roomCount++;
        block.data().add(buffer.slice(), 0, length);
    }

    /** How many buffers are room for the answer. */
    int roomCount() {
        return roomCount;
    }

    /** Lets go of all buffers. */
    void releaseBuffers() {
        for (int i = 0; i < count; i++) {
            buffers[i].release();
            buffers[i] = null;
        }
        count = 0;
        roomCount = 0;
    }
}
