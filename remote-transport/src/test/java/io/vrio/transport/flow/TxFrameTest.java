// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TxFrameTest {
    private int acknowledged;
    private final TxFrame frame = new TxFrame();
    private final NativeBuffer data = new NativeBuffer(8192);
    private final NativeBuffer copy = new NativeBuffer(16384);
    private final SliceList pieces = new SliceList();
    private final OutboundMessage message = new OutboundMessage(m -> acknowledged++);
    private final OutboundMessage other = new OutboundMessage(m -> acknowledged++);

    @BeforeEach
    void begin() {
        data.slice().fill(0, 8192, (byte) 7);
        pieces.add(data.slice(), 0, 3000);
        pieces.add(data.slice(), 4000, 1000);
        frame.begin(5, 1000, true).writeWindow(1000, 2000, 3000, 0);
        frame.onHeaderComplete();
    }

    @AfterEach
    void close() {
        frame.close();
        message.close();
        other.close();
        data.close();
        copy.close();
    }

    private SegmentHeader copied(int at) {
        frame.payload().copyTo(0, copy.slice(), 0, frame.payload().length());
        return new SegmentHeader().wrap(copy.slice(), at, frame.payload().length() - at);
    }

    @Test
    void shouldGatherDataFromWhereItIs() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 60_000);
        frame.finish();
        assertEquals(48 + 24 + 32 + 4000, frame.limit() - frame.start());
        data.slice().fill(0, 8192, (byte) 9);
        SegmentHeader segment = copied(48);
        assertNull(segment.invalidReason());
        assertEquals(4032, segment.segmentLength());
        assertEquals((byte) 9, copy.slice().getByte(48 + 24 + 32));
    }

    @Test
    void shouldTellWhatItHolds() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 60_000);
        other.begin(MessageKind.CONTROL, 0, 3, 20, null);
        frame.addSegment(other, 60_000);
        frame.finish();
        copied(48);
        SuperFrameHeader header = new SuperFrameHeader().wrap(copy.slice(), 0, 16384);
        assertEquals(2, header.segmentCount());
        assertEquals(5, header.tag());
        assertEquals(1000, header.sequence());
        assertEquals(MessageKind.CONTROL, copied(48 + 24 + 4032).kind());
    }

    @Test
    void shouldCutAMessageThatDoesNotFit() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 1000);
        frame.finish();
        assertEquals(1000, message.sent());
        frame.begin(5, 5000, true).writeWindow(1000, 2000, 3000, 0);
        frame.onHeaderComplete();
        frame.addSegment(message, 60_000);
        frame.finish();
        assertEquals(4032, message.sent());
        assertEquals(1000, copied(48).segmentOffset());
        assertEquals(3032, copied(48).segmentLength());
    }

    @Test
    void shouldTellAMessageOnlyWhenAllOfItHasArrived() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 1000);
        frame.finish();
        TxFrame second = new TxFrame();
        second.begin(5, 5000, true).writeWindow(1000, 2000, 3000, 0);
        second.onHeaderComplete();
        second.addSegment(message, 60_000);
        second.finish();
        second.onAcknowledged();
        assertEquals(0, acknowledged);
        frame.onAcknowledged();
        assertEquals(1, acknowledged);
        second.close();
    }

    @Test
    void shouldCopyWhatIsDisowned() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 60_000);
        frame.finish();
        frame.disown(1);
        message.end();
        data.slice().fill(0, 8192, (byte) 9);
        copied(48);
        assertEquals((byte) 7, copy.slice().getByte(48 + 24 + 32));
        assertTrue(frame.isLive());
        frame.onAcknowledged();
        assertEquals(0, acknowledged);
    }

    @Test
    void shouldNotCopyWhatOtherFlowsOwn() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 60_000);
        frame.finish();
        frame.disown(2);
        data.slice().fill(0, 8192, (byte) 9);
        copied(48);
        assertEquals((byte) 9, copy.slice().getByte(48 + 24 + 32));
    }

    @Test
    void shouldStillTellTheOwnersOfTheRest() {
        message.begin(MessageKind.REQUEST, 1, 2, 32, pieces);
        frame.addSegment(message, 60_000);
        other.begin(MessageKind.REQUEST, 2, 3, 20, null);
        frame.addSegment(other, 60_000);
        frame.finish();
        frame.disown(1);
        message.end();
        frame.onAcknowledged();
        assertEquals(1, acknowledged);
    }

    @Test
    void shouldBeFullAtItsLimit() {
        OutboundMessage[] small = new OutboundMessage[TxFrame.SEGMENTS_MAX];
        for (int i = 0; i < small.length; i++) {
            small[i] = new OutboundMessage(m -> {});
            small[i].begin(MessageKind.REQUEST, 1, i, 64, null);
            frame.addSegment(small[i], 60_000);
        }
        frame.finish();
        assertTrue(frame.isFull());
        assertEquals(48 + 96 * (24 + 64), frame.limit() - frame.start());
        for (OutboundMessage each : small) {
            each.close();
        }
    }
}
