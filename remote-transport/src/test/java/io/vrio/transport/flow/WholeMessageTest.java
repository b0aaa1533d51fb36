// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.clock.ManualClock;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which messages cross in one segment, whatever else is sent beside them. */
final class WholeMessageTest {
    private static final int TAG = 5;
    private static final int CONTROL_LENGTH = 281;
    private static final int CONTROL_MAX = 4096;
    private static final long MS = 1_000_000L;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.CUT, 4096));
    private final FrameBufferPool buffers = new FrameBufferPool(512);
    private final Endpoint left = new Endpoint(wire.hardwareAddress(), 1, 1);
    private final Endpoint right = new Endpoint(wire.peer().hardwareAddress(), 2, 2);
    private final Association sender = associate(left, right, wire);
    private final Association receiver = associate(right, left, wire.peer());
    private int wholeCount;
    private int partCount;

    private Association associate(Endpoint local, Endpoint remote, Link link) {
        AssociationSetup setup = new AssociationSetup(local, remote, 1, 1, TAG, 1500);
        SegmentHandler handler = (segment, buffer, offset) -> onSegment(segment);
        Association association = new Association(setup, link, buffers, clock, handler);
        association.remoteTag(TAG);
        return association;
    }

    private void onSegment(SegmentHeader segment) {
        if (segment.kind() == MessageKind.CONTROL) {
            boolean isWhole = segment.segmentLength() == segment.messageLength();
            wholeCount += isWhole ? 1 : 0;
            partCount += isWhole ? 0 : 1;
        }
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        buffers.close();
    }

    private void send(MessageKind kind, int id, int length) {
        OutboundMessage message = new OutboundMessage(OutboundMessage::end, length);
        message.begin(kind, 0, id, length, null);
        sender.send(message);
    }

    /** Limit: many more rounds than all that was sent needs. */
    private void exchange() {
        for (int round = 0; round < 500; round++) {
            sender.transmit(clock.nanoTime());
            receive(wire.peer(), receiver);
            receiver.transmit(clock.nanoTime());
            receive(wire, sender);
            clock.advance(MS);
        }
    }

    private void receive(Link link, Association association) {
        FrameBuffer buffer = buffers.take();
        FrameHeader header = new FrameHeader();
        while (link.receive(buffer.slice()) > 0) {
            association.onFrame(header.wrap(buffer.slice()), buffer);
            buffer.release();
            buffer = buffers.take();
        }
        buffer.release();
    }

    /**
     * A server that has attached many disks at once was told so, and broke off, again and again.
     */
    @Test
    void shouldNotCutAControlMessageWhereASuperFrameEnds() {
        for (int id = 1; id <= 1000; id++) {
            send(MessageKind.CONTROL, id, CONTROL_LENGTH);
        }
        exchange();
        assertEquals(0, partCount);
        assertEquals(1000, wholeCount);
    }

    @Test
    void shouldSendTheLongestControlMessagesBesideShortOnes() {
        for (int id = 1; id <= 200; id += 2) {
            send(MessageKind.CONTROL, id, CONTROL_MAX);
            send(MessageKind.CONTROL, id + 1, CONTROL_LENGTH);
        }
        exchange();
        assertEquals(0, partCount);
        assertEquals(200, wholeCount);
    }
}
