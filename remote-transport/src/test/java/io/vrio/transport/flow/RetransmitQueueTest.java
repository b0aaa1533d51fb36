// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RetransmitQueueTest {
    private static final long US = 1000;
    private static final long MS = 1_000_000;

    /** The super-frame header, a segment header and 28 bytes. */
    private static final int LENGTH = 100;

    private final RttEstimator rtt = new RttEstimator();
    private final RetransmitQueue queue = new RetransmitQueue(rtt);
    private final NativeBuffer memory = new NativeBuffer(1024);
    private final List<OutboundMessage> messages = new ArrayList<>();
    private long next = 1000;
    private long peerSequence = 1;
    private int acknowledged;

    @AfterEach
    void close() {
        queue.close();
        messages.forEach(OutboundMessage::close);
        memory.close();
    }

    private TxFrame send(long nowNs) {
        OutboundMessage message = new OutboundMessage(m -> acknowledged++);
        message.begin(MessageKind.REQUEST, 1, messages.size(), 28, null);
        messages.add(message);
        TxFrame frame = queue.take();
        frame.begin(0, next, true).writeWindow(0, 0, 0, 0);
        frame.onHeaderComplete();
        frame.addSegment(message, 1000);
        frame.finish();
        frame.onSend(nowNs);
        queue.keep(frame);
        next = frame.limit();
        return frame;
    }

    /** The peer says what it has, and for how long it has had it. */
    private void hearDelayed(long nowNs, long cumulative, int delayUs) {
        SuperFrameHeader header = new SuperFrameHeader().wrap(memory.slice(), 0, 1024);
        header.write(0, peerSequence++, false);
        header.writeWindow(0, cumulative, 0, delayUs);
        queue.onAcknowledge(header, nowNs, 0);
    }

    /** The peer says what it has: blocks as pairs of sequences. */
    private void hear(long nowNs, long cumulative, long... blocks) {
        SuperFrameHeader header = new SuperFrameHeader().wrap(memory.slice(), 0, 1024);
        header.write(0, peerSequence++, false);
        header.writeWindow(0, cumulative, 0, 0);
        for (int i = 0; i < blocks.length; i += 2) {
            header.addBlock(blocks[i], blocks[i + 1]);
        }
        queue.onAcknowledge(header, nowNs, 0);
    }

    private static String holes(TxFrame frame) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frame.holes().count(); i++) {
            text.append(frame.holes().start(i)).append('-').append(frame.holes().limit(i));
            text.append(' ');
        }
        return text.toString().trim();
    }

    private void sendAndHear(int frames) {
        for (int i = 0; i < frames; i++) {
            send(0);
        }
        hear(0, next);
    }

    @Test
    void shouldKeepTheMemoryThatIsNeededAgainAndAgain() {
        sendAndHear(40);
        queue.trim();
        sendAndHear(40);
        queue.trim();
        assertEquals(40, queue.frameCount());
    }

    @Test
    void shouldFreeMemoryThatWasNotNeededLately() {
        sendAndHear(40);
        queue.trim();
        sendAndHear(10);
        queue.trim();
        assertEquals(11, queue.frameCount());
        queue.trim();
        assertEquals(8, queue.frameCount());
    }

    @Test
    void shouldNotFreeWhatIsInFlight() {
        for (int i = 0; i < 20; i++) {
            send(0);
        }
        queue.trim();
        queue.trim();
        assertEquals(20, queue.frameCount());
        assertEquals(20, queue.count());
    }

    @Test
    void shouldLetGoWhatIsAcknowledged() {
        send(0);
        send(0);
        assertEquals(2 * LENGTH, queue.flightBytes());
        hear(MS, 1000 + LENGTH);
        assertEquals(1, queue.count());
        assertEquals(LENGTH, queue.flightBytes());
        assertEquals(1, acknowledged);
        assertEquals(1000 + LENGTH, queue.floor(next));
        hear(MS, next);
        assertEquals(next, queue.floor(next));
    }

    @Test
    void shouldMeasureTheRoundTripOfWhatWasSentOnce() {
        send(0);
        hear(3 * MS, next);
        assertEquals(3 * MS, rtt.smoothedNs());
    }

    @Test
    void shouldNotMeasureWhatWasSentTwice() {
        TxFrame frame = send(0);
        frame.onSend(2 * MS);
        hear(3 * MS, next);
        assertEquals(0, rtt.smoothedNs());
    }

    @Test
    void shouldResendOnlyTheHole() {
        TxFrame frame = send(0);
        hear(MS, 1000, 1000, 1030, 1060, 1100);
        assertEquals("1030-1060", holes(frame));
        assertSame(frame, queue.nextLost(MS));
        assertEquals(1100, queue.resendLimit(frame));
    }

    @Test
    void shouldGiveReorderingAMoment() {
        rtt.onSample(4 * MS, 0, 0);
        send(0);
        send(US);
        hear(4 * MS + US, 1000, 1100, 1200);
        assertNull(queue.nextLost(4 * MS));
        assertEquals(5 * MS, queue.deadlineNs());
        assertEquals(1000, queue.nextLost(5 * MS).start());
    }

    @Test
    void shouldNotResendTheTailBeforeItsTimeOut() {
        rtt.onSample(4 * MS, 0, 0);
        TxFrame frame = send(0);
        hear(4 * MS, 1000, 1000, 1060);
        assertNull(queue.nextLost(5 * MS));
        assertFalse(queue.isProbeDue(rtt.rtoNs() - 1));
        assertTrue(queue.isProbeDue(rtt.rtoNs()));
        assertSame(frame, queue.newest());
        assertEquals("1060-1100", holes(frame));
    }

    @Test
    void shouldResendTheHoleButNotTheTailBehindIt() {
        rtt.onSample(MS, 0, 0);
        TxFrame frame = send(0);
        hear(MS, 1000, 1020, 1060);
        assertSame(frame, queue.nextLost(2 * MS));
        assertEquals("1000-1020 1060-1100", holes(frame));
        assertEquals(1060, queue.resendLimit(frame));
    }

    @Test
    void shouldAskForAnAnswerAfterTheTimeOut() {
        send(0);
        TxFrame newest = send(US);
        assertEquals(US + rtt.rtoNs(), queue.deadlineNs());
        assertNull(queue.nextLost(US + rtt.rtoNs()));
        assertFalse(queue.isProbeDue(US + rtt.rtoNs() - 1));
        assertTrue(queue.isProbeDue(US + rtt.rtoNs()));
        assertTrue(queue.isTimedOut(US + rtt.rtoNs()));
        assertSame(newest, queue.newest());
    }

    @Test
    void shouldTakeForLostWhatWasSentBeforeAProbeThatArrived() {
        rtt.onSample(MS, 0, 0);
        TxFrame first = send(0);
        TxFrame probed = send(0);
        queue.onResend(probed, 4 * MS);
        assertNull(queue.nextLost(5 * MS));
        hear(5 * MS, 1000, 1100, 1200);
        assertSame(first, queue.nextLost(5 * MS));
    }

    @Test
    void shouldResendAgainWhatSomethingSentLaterHasOvertaken() {
        rtt.onSample(MS, 0, 0);
        TxFrame frame = send(0);
        send(0);
        hear(MS, 1000, 1100, 1200);
        queue.onResend(frame, 2 * MS);
        assertNull(queue.nextLost(10 * MS));
        send(3 * MS);
        hear(4 * MS, 1000, 1100, 1300);
        assertSame(frame, queue.nextLost(4 * MS));
        assertEquals(1100, queue.resendLimit(frame));
    }

    @Test
    void shouldWaitLongerForWhatIsLostAgainAndAgain() {
        rtt.onSample(4 * MS, 0, 0);
        TxFrame frame = send(0);
        queue.onResend(frame, MS);
        queue.onResend(frame, 2 * MS);
        send(3 * MS);
        hear(7 * MS, 1000, 1100, 1200);
        assertNull(queue.nextLost(12 * MS - 1));
        assertSame(frame, queue.nextLost(12 * MS));
        queue.onResend(frame, 12 * MS);
        send(13 * MS);
        hear(17 * MS, 1000, 1100, 1300);
        assertNull(queue.nextLost(32 * MS - 1));
        assertSame(frame, queue.nextLost(32 * MS));
    }

    @Test
    void shouldNotTakeTheFirstCopysAnswerForTheSecondOnes() {
        rtt.onSample(4 * MS, 0, 0);
        TxFrame older = send(0);
        queue.onResend(older, 3 * MS);
        TxFrame newer = send(0);
        queue.onResend(newer, 5 * MS);
        hear(5 * MS + US, 1000, 1100, 1200);
        assertNull(queue.nextLost(100 * MS));
    }

    @Test
    void shouldLearnFromAProbeThatWasNotNeeded() {
        rtt.onSample(40 * US, 0, 0);
        TxFrame frame = send(0);
        queue.onResend(frame, 120 * US);
        long before = rtt.rtoNs();
        hearDelayed(160 * US, 1100, 130);
        assertTrue(rtt.rtoNs() > 160 * US, rtt.rtoNs() + " before " + before);
        assertEquals(40 * US, rtt.smoothedNs());
    }

    @Test
    void shouldLearnNothingFromAProbeThatWasNeeded() {
        rtt.onSample(40 * US, 0, 0);
        TxFrame frame = send(0);
        queue.onResend(frame, 120 * US);
        long before = rtt.rtoNs();
        hearDelayed(160 * US, 1100, 0);
        assertEquals(before, rtt.rtoNs());
    }

    @Test
    void shouldNotWaitForTheTimeOutWhenThePeerWaits() {
        rtt.onSample(4 * MS, 0, 0);
        send(0);
        assertFalse(queue.isProbeDue(5 * MS));
        queue.onPeerResend();
        assertEquals(5 * MS, queue.deadlineNs());
        assertTrue(queue.isProbeDue(5 * MS));
        queue.onResend(queue.newest(), 5 * MS);
        assertFalse(queue.isProbeDue(5 * MS + 5 * MS));
    }

    @Test
    void shouldNotLetForgedCopiesHastenForEver() {
        rtt.onSample(4 * MS, 0, 0);
        TxFrame frame = send(0);
        queue.onResend(frame, MS);
        queue.onResend(frame, 2 * MS);
        queue.onResend(frame, 3 * MS);
        queue.onPeerResend();
        assertEquals(3 * MS + rtt.rtoNs(), queue.deadlineNs());
    }

    @Test
    void shouldKeepWhatWasKnownBeyondTheLastBlock() {
        TxFrame first = send(0);
        TxFrame second = send(0);
        hear(MS, 1000, 1050, 1100, 1150, 1200);
        hear(MS, 1000, 1050, 1060);
        assertEquals("1000-1050", holes(first));
        assertEquals("1100-1150", holes(second));
    }

    @Test
    void shouldBelieveAPeerThatTakesPiecesBack() {
        TxFrame first = send(0);
        send(0);
        hear(MS, 1000, 1050, 1090);
        hear(MS, 1000, 1060, 1070, 1150, 1160);
        assertEquals("1000-1060 1070-1100", holes(first));
    }

    @Test
    void shouldIgnoreBlocksOfAnOlderFrame() {
        TxFrame frame = send(0);
        peerSequence = 20;
        hear(MS, 1000, 1050, 1100);
        peerSequence = 10;
        hear(MS, 1000, 1090, 1100);
        assertEquals("1000-1050", holes(frame));
    }

    @Test
    void shouldLetGoWhatBlocksCoverWhole() {
        send(0);
        send(0);
        send(0);
        hear(MS, 1000, 1100, 1200);
        assertEquals(2, queue.count());
        assertEquals(1, acknowledged);
        assertEquals(1000, queue.floor(next));
    }

    @Test
    void shouldNotTakeLaterFramesForLostBecauseOfBlocksBeyondWhatWasSent() {
        rtt.onSample(MS, 0, 0);
        send(0);
        hear(MS, 1000, 1050, 900_000);
        TxFrame later = send(MS);
        assertNotSame(later, queue.nextLost(MS + rtt.reorderingNs()));
        hear(2 * MS, 1100);
        assertNull(queue.nextLost(MS + rtt.reorderingNs()));
    }

    @Test
    void shouldNotSendAgainWhatHasBeenAnswered() {
        TxFrame frame = send(0);
        assertTrue(frame.isLive());
        messages.get(0).end();
        assertFalse(frame.isLive());
        queue.drop(frame);
        assertEquals(0, queue.count());
        assertEquals(0, queue.flightBytes());
        assertEquals(0, acknowledged);
    }

    @Test
    void shouldNotTakeTheNextLifeOfAMessageForTheLast() {
        TxFrame frame = send(0);
        messages.get(0).end();
        messages.get(0).begin(MessageKind.REQUEST, 1, 99, 28, null);
        assertFalse(frame.isLive());
        hear(MS, next);
        assertEquals(0, acknowledged);
    }

    @Test
    void shouldHaveAFrameToAcknowledgeWithEvenWhenFull() {
        for (int i = 0; i < RetransmitQueue.FRAMES_MAX; i++) {
            send(0);
        }
        assertTrue(queue.isFull());
        TxFrame frame = queue.take();
        queue.giveBack(frame);
        assertEquals(RetransmitQueue.FRAMES_MAX, queue.count());
    }

    @Test
    void shouldHaveNothingToDoWhenEmpty() {
        assertEquals(Agent.NO_DEADLINE, queue.deadlineNs());
        assertNull(queue.nextLost(Long.MAX_VALUE));
    }

    @Test
    void shouldGoRoundManyTimes() {
        for (int i = 0; i < 3 * RetransmitQueue.FRAMES_MAX; i++) {
            send(0);
            send(0);
            hear(MS, next);
        }
        assertEquals(0, queue.count());
        assertEquals(6 * RetransmitQueue.FRAMES_MAX, acknowledged);
    }
}
