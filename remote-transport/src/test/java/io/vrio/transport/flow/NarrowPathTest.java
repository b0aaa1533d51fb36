// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkLayer;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A path that has begun to swallow frames of more than some length, without a word. */
final class NarrowPathTest {
    private static final int LENGTH_MAX = 1000;
    private static final int TAG = 5;
    private static final long MS = 1_000_000L;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.CUT, 64));
    private final FrameBufferPool buffers = new FrameBufferPool(64);
    private final Endpoint left = new Endpoint(wire.hardwareAddress(), 1, 1);
    private final Endpoint right = new Endpoint(wire.peer().hardwareAddress(), 2, 2);
    private final Narrow narrow = new Narrow(wire);
    private final Association sender = associate(left, right, narrow);
    private final Association receiver = associate(right, left, wire.peer());
    private int received;

    /** Takes frames of any length, and loses the long ones. */
    private record Narrow(Link inner) implements LinkLayer {
        @Override
        public boolean send(
                MemorySlice headers,
                int headersLength,
                SliceList payload,
                long payloadOffset,
                int payloadLength) {
            return payloadLength > LENGTH_MAX
                    || inner.send(headers, headersLength, payload, payloadOffset, payloadLength);
        }
    }

    private Association associate(Endpoint local, Endpoint remote, Link link) {
        AssociationSetup setup = new AssociationSetup(local, remote, 1, 1, TAG, 1500);
        SegmentHandler handler = (segment, buffer, offset) -> received++;
        Association association = new Association(setup, link, buffers, clock, handler);
        association.remoteTag(TAG);
        return association;
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        buffers.close();
    }

    private void send(int length) {
        OutboundMessage message = new OutboundMessage(OutboundMessage::end, length);
        message.begin(MessageKind.PROBE, 0, 1, length, null);
        sender.send(message);
        exchange();
    }

    private void exchange() {
        sender.transmit(clock.nanoTime());
        receive(wire.peer(), receiver);
        receiver.transmit(clock.nanoTime());
        receive(narrow, sender);
        clock.advance(MS);
    }

    private void receive(Link link, Association association) {
        FrameBuffer buffer = buffers.take();
        FrameHeader header = new FrameHeader();
        while (link.receive(buffer.slice()) > 0) {
            association.onFrame(header.wrap(buffer.slice()), buffer);
        }
        buffer.release();
    }

    @Test
    void shouldNotWaitForeverForOneFrameWhileOthersArrive() {
        send(LENGTH_MAX);
        for (int i = 0; i < 2000; i++) {
            send(10);
        }
        assertEquals(2000, received, "the small ones have arrived");
        assertTrue(sender.isDeaf(clock.nanoTime(), 2000 * MS));
    }

    @Test
    void shouldNotCallAPeerDeafThatTakesEverything() {
        for (int i = 0; i < 4000; i++) {
            send(10);
        }
        assertFalse(sender.isDeaf(clock.nanoTime(), 2000 * MS));
    }
}
