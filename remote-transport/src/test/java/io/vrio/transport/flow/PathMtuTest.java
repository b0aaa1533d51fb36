// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A path that carries less than both ends have, and tells nobody. */
final class PathMtuTest {
    private static final int MTU = 9000;
    private static final int LONG = 100_000;
    private static final int TAG = 5;
    private static final int ROUNDS_OF_SECOND = 1000;
    private static final long MS = 1_000_000L;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(MTU, Segmentation.CUT, 4096));
    private final FrameBufferPool buffers = new FrameBufferPool(64);
    private final Endpoint left = endpoint(wire, "10.0.0.1");
    private final Endpoint right = endpoint(wire.peer(), "10.0.0.2");
    private final Association sender = associate(left, right, wire);
    private final Association receiver = associate(right, left, wire.peer());
    private int pathMtu = MTU;
    private boolean isNextUnlucky;
    private long unlucky = -1;
    private int lastId;
    private int received;

    private static Endpoint endpoint(MemoryLink link, String address) {
        return new Endpoint(link.hardwareAddress(), IpAddress.parse(address), 1);
    }

    private Association associate(Endpoint local, Endpoint remote, Link link) {
        AssociationSetup setup = new AssociationSetup(local, remote, 1, 1, TAG, MTU);
        SegmentHandler handler = (segment, buffer, offset) -> received += segment.segmentLength();
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
        message.begin(MessageKind.PROBE, 0, ++lastId, length, null);
        sender.send(message);
    }

    /** The peer says something every 50 ms, as it does when it works or waits. */
    private void pass(int rounds) {
        for (int i = 0; i < rounds; i++) {
            if (i % 50 == 0) {
                OutboundMessage word = new OutboundMessage(OutboundMessage::end, 1);
                word.begin(MessageKind.PROBE, 0, i + 1, 1, null);
                receiver.send(word);
            }
            exchange();
        }
    }

    private void exchange() {
        sender.transmit(clock.nanoTime());
        receive(wire.peer(), receiver);
        receiver.transmit(clock.nanoTime());
        receive(wire, sender);
        clock.advance(MS);
    }

    private void receive(Link link, Association association) {
        FrameBuffer buffer = buffers.take();
        FrameHeader header = new FrameHeader();
        while (link.receive(buffer.slice()) > 0) {
            header.wrap(buffer.slice());
            boolean isUnlucky = isUnlucky(header);
            if (!isUnlucky && header.payloadLength() + IpVersion.V4.segmentOverhead() <= pathMtu) {
                association.onFrame(header, buffer);
            }
        }
        buffer.release();
    }

    private boolean isUnlucky(FrameHeader header) {
        if (isNextUnlucky && header.payloadLength() > LONG / 100) {
            isNextUnlucky = false;
            unlucky = header.superFrameStart48();
        }
        return header.superFrameStart48() == unlucky;
    }

    @ParameterizedTest
    @CsvSource({"8999, 8166", "1500, 1500", "1480, 1400", "1399, 1280", "600, 576"})
    void shouldFindASizeThatArrives(int carried, int found) {
        pathMtu = carried;
        send(LONG);
        pass(4 * ROUNDS_OF_SECOND);
        assertEquals(found, sender.mtu());
        assertTrue(received >= LONG, "only " + received);
        assertEquals(MTU, receiver.mtu(), "it has sent nothing long");
    }

    @Test
    void shouldFindItAlsoWhileNothingElseMayBeSent() {
        pathMtu = 1500;
        // More than the congestion window has after so many losses.
        for (int i = 0; i < 20; i++) {
            send(LONG);
        }
        pass(3 * ROUNDS_OF_SECOND);
        assertEquals(1500, sender.mtu());
        assertTrue(received >= 20 * LONG, "only " + received);
    }

    @Test
    void shouldFollowAPathThatGetsNarrower() {
        send(LONG);
        pass(ROUNDS_OF_SECOND);
        assertEquals(MTU, sender.mtu());
        pathMtu = 1400;
        send(LONG);
        pass(3 * ROUNDS_OF_SECOND);
        assertEquals(1400, sender.mtu());
    }

    @Test
    void shouldNotTakeASilentPathForANarrowOne() {
        send(LONG);
        exchange();
        send(LONG);
        pathMtu = 0;
        pass(4 * ROUNDS_OF_SECOND);
        pathMtu = MTU;
        pass(ROUNDS_OF_SECOND);
        assertEquals(MTU, sender.mtu());
        assertTrue(received >= 2 * LONG, "only " + received);
    }

    @Test
    void shouldNotTakeACrowdedPathForANarrowOne() {
        // With longer segments, the super-frames of a crowd have none of full length.
        sender.mtu(1500);
        send(LONG);
        pass(ROUNDS_OF_SECOND);
        isNextUnlucky = true;
        for (int i = 0; i < 10; i++) {
            send(LONG / 10);
            pass(ROUNDS_OF_SECOND / 20);
        }
        assertEquals(1500, sender.mtu(), "all but one super-frame has arrived");
    }

    @Test
    void shouldNotGoBelowWhatEveryPathCarries() {
        pathMtu = 300;
        send(LONG);
        pass(8 * ROUNDS_OF_SECOND);
        assertEquals(IpVersion.V4.mtuMin(), sender.mtu());
    }
}
