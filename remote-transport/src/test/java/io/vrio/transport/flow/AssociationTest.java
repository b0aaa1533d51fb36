// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two ends on a wire in memory, and frames that neither has sent. */
final class AssociationTest {
    private static final long US = 1000;
    private static final int BUFFERS = 128;
    private static final int TAG = 77;
    private static final long FIRST = 1000;

    private final ManualClock clock = new ManualClock(5_000_000);
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.CUT, 4096));
    private final Endpoint left = new Endpoint(wire.hardwareAddress(), 1, 40_000);
    private final Endpoint right = new Endpoint(wire.peer().hardwareAddress(), 2, 7000);
    private final List<Integer> heard = new ArrayList<>();
    private final List<OutboundMessage> messages = new ArrayList<>();
    private final Association sender = associate(left, right, wire);
    private final Association receiver = associate(right, left, wire.peer());
    private final NativeBuffer forged = new NativeBuffer(4096);
    private final NativeBuffer headers = new NativeBuffer(128);
    private final NativeBuffer data = new NativeBuffer(256 << 10);
    private final FrameHeader header = new FrameHeader();
    private int acknowledged;

    private Association associate(Endpoint local, Endpoint remote, MemoryLink link) {
        AssociationSetup setup = new AssociationSetup(local, remote, FIRST, FIRST, TAG, 1500);
        Association association =
                new Association(setup, link, buffers, clock, (s, b, o) -> heard.add(s.id()));
        association.remoteTag(TAG);
        return association;
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        assertEquals(BUFFERS, buffers.available());
        messages.forEach(OutboundMessage::close);
        buffers.close();
        forged.close();
        headers.close();
        data.close();
    }

    private void send(int id, int dataLength) {
        OutboundMessage message = new OutboundMessage(m -> acknowledged++);
        SliceList list = new SliceList();
        list.add(data.slice(), 0, dataLength);
        message.begin(MessageKind.REQUEST, 1, id, 32, list);
        messages.add(message);
        sender.send(message);
    }

    /**
     * Gives {@code to} the frames that have come, but for those from {@code lost} to {@code limit}.
     */
    private int deliver(Association to, MemoryLink link, int lost, int limit) {
        int count = 0;
        FrameBuffer buffer = buffers.take();
        int length = link.receive(buffer.slice());
        while (length > 0) {
            header.wrap(buffer.slice());
            assertNull(header.invalidReason(length));
            try {
                if (count < lost || count >= limit) {
                    to.onFrame(header, buffer);
                }
                count++;
            } finally {
                buffer.release();
            }
            buffer = buffers.take();
            length = link.receive(buffer.slice());
        }
        buffer.release();
        return count;
    }

    private int deliverRight(int skipped) {
        return deliver(receiver, wire.peer(), 0, skipped);
    }

    private int deliverLeft() {
        return deliver(sender, wire, 0, 0);
    }

    private void transmit(long afterNs) {
        clock.advance(afterNs);
        sender.transmit(clock.nanoTime());
        receiver.transmit(clock.nanoTime());
    }

    private long count(AssociationCounter id) {
        return receiver.counters().value(id);
    }

    /** Starts a super-frame to the receiver that the sender knows nothing of. */
    private SuperFrameHeader forge(long sequence, int tag) {
        SuperFrameHeader superFrame = new SuperFrameHeader().wrap(forged.slice(), 0, 4096);
        superFrame.write(tag, sequence, true);
        superFrame.writeWindow(FIRST, FIRST, FIRST, 0);
        return superFrame;
    }

    private void deliverForged(long sequence, int length) {
        FrameWriter writer = new FrameWriter(left, right, 1500);
        SliceList payload = new SliceList();
        payload.add(forged.slice(), 0, length);
        int headersLength = writer.writeData(headers.slice(), sequence, FIRST, 0, length);
        wire.send(headers.slice(), headersLength, payload, 0, length);
        deliverRight(0);
    }

    @Test
    void shouldSendAMessageBeforeTheEndOfTheDutyCycle() {
        send(1, 100);
        assertEquals(1, sender.sendSoon());
        assertEquals(1, deliverRight(0), "frames that have left");
        assertEquals(0, sender.sendSoon(), "nothing is left");
        assertEquals(0, sender.transmit(clock.nanoTime()));
    }

    @Test
    void shouldDeliverSmallMessagesTogether() {
        send(1, 0);
        send(2, 100);
        send(3, 0);
        transmit(0);
        assertEquals(1, deliverRight(0));
        assertEquals(List.of(1, 2, 3), heard);
    }

    @Test
    void shouldTellWhenAMessageHasArrived() {
        send(1, 30_000);
        transmit(0);
        deliverRight(0);
        transmit(200 * US);
        deliverLeft();
        assertEquals(1, acknowledged);
        assertEquals(0, sender.flightBytes());
    }

    @Test
    void shouldAcknowledgeOnceAndThenBeQuiet() {
        send(1, 0);
        transmit(0);
        deliverRight(0);
        transmit(200 * US);
        assertEquals(1, deliverLeft());
        transmit(1000 * US);
        assertEquals(0, deliverLeft() + deliverRight(0));
        assertEquals(Agent.NO_DEADLINE, sender.deadlineNs());
        assertEquals(Agent.NO_DEADLINE, receiver.deadlineNs());
    }

    @Test
    void shouldWaitALittleForDataToRideOn() {
        send(1, 0);
        transmit(0);
        deliverRight(0);
        transmit(199 * US);
        assertEquals(0, deliverLeft());
    }

    @Test
    void shouldResendOnlyTheLostPieces() {
        send(1, 30_000);
        transmit(0);
        // 21 pieces, of which the second and the third are lost.
        assertEquals(21, deliver(receiver, wire.peer(), 1, 3));
        transmit(0);
        deliverLeft();
        transmit(0);
        assertEquals(2, deliverRight(0));
        assertEquals(List.of(1), heard);
        assertEquals(1, sender.counters().value(AssociationCounter.PIECES_RESENT));
    }

    @Test
    void shouldResendOnlyTheEndsOfWhatHasLostItsHeader() {
        send(1, 30_000);
        transmit(0);
        assertEquals(21, deliverRight(1));
        transmit(20_000 * US);
        deliverLeft();
        assertEquals(2, deliverRight(0));
        assertEquals(List.of(1), heard);
    }

    @Test
    void shouldResendOnlyTheEndsOfWhatIsOvertakenWithoutItsHeader() {
        send(1, 30_000);
        transmit(0);
        assertEquals(21, deliverRight(1));
        send(2, 0);
        transmit(0);
        deliverRight(0);
        transmit(50 * US);
        deliverLeft();
        transmit(50 * US);
        assertEquals(2, deliverRight(0));
        assertEquals(List.of(2, 1), heard);
    }

    @Test
    void shouldResendTheTailAfterTheTimeOut() {
        send(1, 0);
        transmit(0);
        deliverRight(1);
        transmit(19_000 * US);
        assertEquals(0, deliverRight(0));
        transmit(1000 * US);
        assertEquals(1, deliverRight(0));
        assertEquals(List.of(1), heard);
        assertEquals(1, sender.counters().value(AssociationCounter.PROBES_SENT));
    }

    @Test
    void shouldTakeACopyOnceAndTellAgainThatItHasIt() {
        send(1, 0);
        transmit(0);
        deliverRight(0);
        receiver.transmit(clock.nanoTime());
        clock.advance(200 * US);
        receiver.transmit(clock.nanoTime());
        wire.receive(data.slice());
        transmit(20_000 * US);
        deliverRight(0);
        assertEquals(1, count(AssociationCounter.DUPLICATES));
        assertEquals(List.of(1), heard);
        transmit(0);
        deliverLeft();
        assertEquals(1, acknowledged);
    }

    @Test
    void shouldNotResendWhatWasAnswered() {
        send(1, 0);
        transmit(0);
        deliverRight(1);
        messages.get(0).end();
        transmit(20_000 * US);
        assertEquals(0, deliverRight(0));
        assertEquals(0, sender.flightBytes());
    }

    @Test
    void shouldNotSendAMessageThatEndedBeforeItLeft() {
        send(1, 0);
        messages.get(0).end();
        transmit(0);
        assertEquals(0, deliverRight(0));
    }

    @Test
    void shouldSendAMessageOnceThatWasBegunAnewWhileItWaited() {
        send(1, 0);
        OutboundMessage message = messages.get(0);
        message.end();
        message.begin(MessageKind.REQUEST, 1, 2, 32, null);
        sender.send(message);
        transmit(0);
        deliverRight(0);
        assertEquals(List.of(2), heard);
    }

    @Test
    void shouldBeginWithoutKnowingCreditOrPath() {
        send(1, 200_000);
        transmit(0);
        assertTrue(sender.flightBytes() <= 64 << 10, "sent " + sender.flightBytes());
        for (int i = 0; i < 10; i++) {
            deliverRight(0);
            transmit(200 * US);
            deliverLeft();
            transmit(0);
        }
        assertEquals(List.of(1), heard.stream().distinct().toList());
        assertEquals(0, sender.flightBytes());
    }

    @Test
    void shouldDropWhatIsNotForThisAssociation() {
        forge(FIRST, TAG + 1);
        deliverForged(FIRST, SuperFrameHeader.LENGTH);
        assertEquals(1, count(AssociationCounter.DROPPED_WRONG_TAG));
        assertEquals(0, count(AssociationCounter.FRAMES_RECEIVED));
    }

    @Test
    void shouldDropAHeaderThatIsNotAtItsSequence() {
        forge(FIRST + 1, TAG);
        deliverForged(FIRST, SuperFrameHeader.LENGTH);
        assertEquals(1, count(AssociationCounter.DROPPED_MALFORMED));
    }

    @Test
    void shouldDropWhatHasNoCredit() {
        long far = FIRST + (8 << 20) + (64 << 10);
        forge(far, TAG);
        deliverForged(far, SuperFrameHeader.LENGTH);
        assertEquals(1, count(AssociationCounter.DROPPED_OUT_OF_CREDIT));
    }

    @Test
    void shouldDropWhatOverlapsWhatItHas() {
        forge(FIRST, TAG);
        deliverForged(FIRST, 100);
        forge(FIRST + 50, TAG);
        deliverForged(FIRST + 50, 100);
        assertEquals(1, count(AssociationCounter.DROPPED_STALE));
        assertEquals(1, count(AssociationCounter.FRAMES_RECEIVED));
    }

    @Test
    void shouldNotStandAFloorAboveItsSuperFrame() {
        forge(FIRST, TAG).writeWindow(FIRST + 1, FIRST, FIRST, 0);
        assertThrows(
                AssociationException.class, () -> deliverForged(FIRST, SuperFrameHeader.LENGTH));
    }

    @Test
    void shouldNotStandAnAcknowledgementOfWhatWasNeverSent() {
        forge(FIRST, TAG).writeWindow(FIRST, FIRST + 1, FIRST, 0);
        assertThrows(
                AssociationException.class, () -> deliverForged(FIRST, SuperFrameHeader.LENGTH));
    }

    @Test
    void shouldNotActOnAnySegmentWhenOneIsWrong() {
        MemorySlice memory = forged.slice();
        forge(FIRST, TAG).writeSegmentCount(2);
        SegmentHeader segment = new SegmentHeader();
        segment.wrap(memory, 48, 100).write(MessageKind.PROBE, 0, 1, 1, 0, 1);
        segment.wrap(memory, 48 + 25, 100).write(MessageKind.PROBE, 0, 2, 1, 0, 2);
        assertThrows(AssociationException.class, () -> deliverForged(FIRST, 48 + 25 + 26));
        assertEquals(List.of(), heard);
    }

    @Test
    void shouldFollowAFloorOverWhatWasNeverSentAgain() {
        long later = FIRST + 500;
        forge(later, TAG).writeWindow(later, FIRST, FIRST, 0);
        deliverForged(later, SuperFrameHeader.LENGTH);
        forge(FIRST, TAG);
        deliverForged(FIRST, SuperFrameHeader.LENGTH);
        assertEquals(1, count(AssociationCounter.DUPLICATES));
    }

    @Test
    void shouldBelieveAnEndOnlyWithinTheWindow() {
        FrameWriter writer = new FrameWriter(left, right, 1500);
        header.wrap(headers.slice());
        writer.writeFin(headers.slice(), FIRST, FIRST, 0);
        assertTrue(receiver.isPlausible(header));
        writer.writeFin(headers.slice(), FIRST - 1, FIRST, 0);
        assertFalse(receiver.isPlausible(header));
        writer.writeFin(headers.slice(), FIRST + (8 << 20) + 1, FIRST, 0);
        assertFalse(receiver.isPlausible(header));
    }

    @Test
    void shouldBeDeafOnlyWhileSomethingIsInFlight() {
        clock.advance(1_000_000 * US);
        assertFalse(sender.isDeaf(clock.nanoTime(), 1000 * US));
        send(1, 0);
        transmit(0);
        assertFalse(sender.isDeaf(clock.nanoTime(), 1000 * US));
        transmit(1000 * US);
        assertTrue(sender.isDeaf(clock.nanoTime(), 1000 * US));
        deliverRight(0);
    }
}
