// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.MemoryLink.Options;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.wire.Endpoint;
import org.junit.jupiter.api.Test;

final class MemoryLinkTest {
    private static final int FRAMES_MAX = 100;

    private static MemoryLink pair(Segmentation segmentation) {
        return MemoryLink.pair(new Options(1500, segmentation, FRAMES_MAX));
    }

    @Test
    void shouldPassASuperFrameWhole() {
        MemoryLink left = pair(Segmentation.WHOLE);
        try (LinkFixture wire = LinkFixture.over(left, left.peer())) {
            assertTrue(wire.send(1, 65_000));
            assertTrue(wire.receive());
            assertNull(wire.invalidReason());
            assertEquals(65_000, wire.header().payloadLength());
            assertTrue(wire.isPayloadRight());
            assertFalse(wire.receive());
        }
    }

    @Test
    void shouldCutASuperFrameAsANicDoes() {
        MemoryLink left = pair(Segmentation.CUT);
        try (LinkFixture wire = LinkFixture.over(left, left.peer())) {
            assertTrue(wire.send(1, 1449));
            assertTrue(wire.receive());
            assertNull(wire.invalidReason());
            assertEquals(1448, wire.header().payloadLength());
            assertTrue(wire.isPayloadRight());
            assertTrue(wire.receive());
            assertNull(wire.invalidReason());
            assertEquals(1, wire.header().payloadLength());
            assertTrue(wire.isPayloadRight());
            assertFalse(wire.receive());
        }
    }

    @Test
    void shouldCompleteTheChecksumOfASmallFrame() {
        MemoryLink left = pair(Segmentation.CUT);
        try (LinkFixture wire = LinkFixture.over(left, left.peer())) {
            assertTrue(wire.sendAck(5));
            assertTrue(wire.receive());
            assertEquals(0, wire.receivedBytes().getByte(0));
            assertNull(wire.invalidReason());
        }
    }

    @Test
    void shouldLoseWhatTheQueueCannotHold() {
        MemoryLink left = pair(Segmentation.WHOLE);
        MemoryLink right = left.peer();
        try (LinkFixture wire = LinkFixture.over(left, right)) {
            sendAcks(wire, FRAMES_MAX + 3);
            assertEquals(3, right.counters().value(LinkCounter.RECEIVE_OVERRUN));
            assertEquals(FRAMES_MAX, receiveAll(wire));
        }
    }

    private static void sendAcks(LinkFixture wire, int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(wire.sendAck(i));
        }
    }

    private static int receiveAll(LinkFixture wire) {
        int count = 0;
        while (wire.receive()) {
            count++;
        }
        return count;
    }

    @Test
    void shouldDropAFrameThatDoesNotFitTheBuffer() {
        MemoryLink left = pair(Segmentation.WHOLE);
        MemoryLink right = left.peer();
        try (LinkFixture wire = LinkFixture.over(left, right);
                NativeBuffer small = new NativeBuffer(100)) {
            wire.send(1, 1000);
            wire.sendAck(1001);
            assertEquals(76, right.receive(small.slice()));
            assertEquals(1, right.counters().value(LinkCounter.RECEIVE_CUT));
        }
    }

    @Test
    void shouldLoseWhatIsSentToNobody() {
        MemoryLink left = pair(Segmentation.WHOLE);
        MemoryLink right = left.peer();
        Endpoint from = new Endpoint(left.hardwareAddress(), 1, 1);
        Endpoint stranger = new Endpoint(0x02_00_00_00_00_99L, 2, 2);
        try (LinkFixture wire = new LinkFixture(left, right, from, stranger)) {
            assertTrue(wire.sendAck(1));
            assertFalse(wire.receive());
            assertEquals(1, left.counters().value(LinkCounter.SENT_TO_NOBODY));
        }
    }

    @Test
    void shouldLetManyStationsSendToOne() {
        MemoryLink first = pair(Segmentation.CUT);
        MemoryLink third = first.addStation();
        try (LinkFixture fromSecond = LinkFixture.over(first.peer(), first);
                LinkFixture fromThird = LinkFixture.over(third, first)) {
            assertTrue(fromSecond.sendAck(2));
            assertTrue(fromThird.sendAck(3));
            assertTrue(fromThird.receive());
            assertEquals(
                    first.peer().hardwareAddress(), fromThird.header().source().hardwareAddress());
            assertTrue(fromThird.receive());
            assertEquals(third.hardwareAddress(), fromThird.header().source().hardwareAddress());
        }
    }

    @Test
    void shouldNotSendAfterItsEnd() {
        MemoryLink left = pair(Segmentation.WHOLE);
        try (LinkFixture wire = LinkFixture.over(left, left.peer())) {
            left.close();
            assertFalse(wire.sendAck(1));
            assertEquals(1, left.counters().value(LinkCounter.SEND_LINK_DOWN));
        }
    }
}
