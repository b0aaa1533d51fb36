// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.link.MemoryLink.Options;
import io.vrio.transport.link.MemoryLink.Segmentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CoalescingLinkTest {
    private final MemoryLink sender = MemoryLink.pair(new Options(1500, Segmentation.CUT, 10_000));
    private final CoalescingLink receiver = new CoalescingLink(sender.peer(), 3);
    private final LinkFixture wire = LinkFixture.over(sender, receiver);

    @AfterEach
    void close() {
        wire.close();
        receiver.close();
        sender.close();
    }

    @Test
    void shouldReceiveAllBytesInFewerFrames() {
        assertTrue(wire.send(1, 65_000));
        int frames = 0;
        int bytes = 0;
        while (wire.receive()) {
            assertNull(wire.invalidReason());
            assertTrue(wire.isPayloadRight());
            assertEquals(bytes, wire.header().superFrameOffset());
            bytes += wire.header().payloadLength();
            frames++;
        }
        assertEquals(65_000, bytes);
        assertTrue(frames > 1 && frames < 20, frames + " frames for 45 segments");
    }

    @Test
    void shouldKeepNeighbouringSuperFramesApart() {
        assertTrue(wire.send(1, 100));
        assertTrue(wire.send(101, 100));
        assertTrue(wire.receive());
        assertEquals(100, wire.header().payloadLength());
        assertTrue(wire.receive());
        assertEquals(101, wire.header().sequence());
        assertEquals(100, wire.header().payloadLength());
        assertFalse(wire.receive());
    }
}
