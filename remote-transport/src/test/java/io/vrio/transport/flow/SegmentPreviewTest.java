// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames of which only the headers are there. */
final class SegmentPreviewTest {
    private static final int TAG = 77;
    private static final long FIRST = 1000;
    private static final int DATA = 4096;
    private static final int LENGTH = SuperFrameHeader.LENGTH + SegmentHeader.LENGTH + DATA;

    private final NativeBuffer memory = new NativeBuffer(8192);
    private final MemorySlice frame = memory.slice();
    private final FrameWriter writer =
            new FrameWriter(new Endpoint(2, 2, 7000), new Endpoint(1, 1, 40_000), 9000);
    private final FrameHeader header = new FrameHeader();
    private final ReceiveWindow window = new ReceiveWindow(FIRST);
    private final SegmentPreview preview = new SegmentPreview(window, new Credit(FIRST, FIRST));

    @AfterEach
    void close() {
        memory.close();
    }

    private void writeFrame(long sequence) {
        writer.writeData(frame, sequence, FIRST, 0, LENGTH);
    }

    private void writePayload(int tag, long sequence, int segments, int segmentLength) {
        int at = FrameHeader.DATA_LENGTH;
        SuperFrameHeader superFrame = new SuperFrameHeader().wrap(frame, at, LENGTH);
        superFrame.write(tag, sequence, true);
        superFrame.writeWindow(FIRST, FIRST, FIRST, 0);
        superFrame.writeSegmentCount(segments);
        new SegmentHeader()
                .wrap(frame, at + SuperFrameHeader.LENGTH, SegmentHeader.LENGTH)
                .write(MessageKind.RESPONSE, 1, 42, segmentLength, 0, segmentLength);
    }

    private SegmentHeader awaited() {
        return preview.awaited(header.wrap(frame), frame, TAG);
    }

    @Test
    void shouldShowTheOnlySegment() {
        writeFrame(FIRST);
        writePayload(TAG, FIRST, 1, DATA);
        assertEquals(42, awaited().id());
    }

    @Test
    void shouldShowOneThatCameBeforeItsTurn() {
        writeFrame(FIRST + 10 * LENGTH);
        writePayload(TAG, FIRST + 10 * LENGTH, 1, DATA);
        assertEquals(42, awaited().id());
    }

    @Test
    void shouldNotShowWhatIsThereAlready() {
        window.accept(FIRST, FIRST + LENGTH);
        writeFrame(FIRST);
        writePayload(TAG, FIRST, 1, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotShowAPieceOfASuperFrame() {
        writer.writePiece(frame, FIRST, 2 * LENGTH, 0, FIRST, 0, LENGTH);
        writePayload(TAG, FIRST, 1, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotShowWhatComesBeyondTheCredit() {
        long far = FIRST + Credit.WINDOW + Credit.SLACK;
        writeFrame(far);
        writePayload(TAG, far, 1, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotShowAStrangersSegment() {
        writeFrame(FIRST);
        writePayload(TAG + 1, FIRST, 1, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotBelieveAHeaderOfAnotherSequence() {
        writeFrame(FIRST);
        writePayload(TAG, FIRST + 1, 1, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotShowTheFirstOfSeveral() {
        writeFrame(FIRST);
        writePayload(TAG, FIRST, 2, DATA);
        assertNull(awaited());
    }

    @Test
    void shouldNotShowASegmentThatEndsBeforeItsFrame() {
        writeFrame(FIRST);
        writePayload(TAG, FIRST, 1, DATA - 1);
        assertNull(awaited());
    }
}
