// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.message.SuperFrameHeader;
import org.junit.jupiter.api.Test;

final class ReceiveWindowTest {
    private final ReceiveWindow window = new ReceiveWindow(100);

    private String blocks() {
        try (NativeBuffer memory = new NativeBuffer(1024)) {
            SuperFrameHeader header = new SuperFrameHeader().wrap(memory.slice(), 0, 1024);
            header.write(0, 0, true);
            header.writeWindow(0, window.next(), 0, 0);
            window.writeBlocks(header);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < header.blockCount(); i++) {
                text.append(header.blockStart(i)).append('-').append(header.blockLimit(i));
                text.append(' ');
            }
            return text.toString().trim();
        }
    }

    @Test
    void shouldAdvanceWithWhatComesInOrder() {
        assertTrue(window.accept(100, 200));
        assertEquals(200, window.next());
        assertFalse(window.hasHoles());
        assertEquals("", blocks());
    }

    @Test
    void shouldTellWhatCameBeyondAHole() {
        window.accept(150, 200);
        window.accept(300, 400);
        assertEquals(100, window.next());
        assertTrue(window.hasHoles());
        assertEquals("150-200 300-400", blocks());
    }

    @Test
    void shouldAdvanceOverWhatCameWhenTheHoleIsFilled() {
        window.accept(150, 200);
        window.accept(100, 150);
        assertEquals(200, window.next());
        assertEquals("", blocks());
    }

    @Test
    void shouldKnowWhatItHas() {
        window.accept(100, 120);
        window.accept(150, 200);
        assertTrue(window.isReceived(100, 120));
        assertTrue(window.isReceived(150, 200));
        assertFalse(window.isReceived(120, 150));
        assertTrue(window.isPartlyReceived(140, 151));
        assertFalse(window.isPartlyReceived(120, 150));
        assertTrue(window.isPartlyReceived(119, 125));
    }

    @Test
    void shouldFollowTheFloor() {
        window.accept(150, 200);
        window.raiseFloor(150);
        assertEquals(200, window.next());
        window.raiseFloor(120);
        assertEquals(200, window.next());
    }

    @Test
    void shouldTellOfPiecesToo() {
        window.onArrival(100, 110);
        window.onArrival(120, 130);
        assertEquals("100-110 120-130", blocks());
        assertFalse(window.hasHoles());
        assertFalse(window.isReceived(100, 110));
    }

    @Test
    void shouldTakeBackPiecesThatWereDiscarded() {
        window.onArrival(100, 110);
        window.accept(150, 200);
        window.onDiscard(100, 150);
        assertEquals("150-200", blocks());
    }

    @Test
    void shouldTakeBackPiecesEvenWhenTheirRangeCannotBeSplit() {
        window.onArrival(100, 400);
        for (int i = 0; i < 255; i++) {
            window.onArrival(1000 + 10 * i, 1001 + 10 * i);
        }
        window.onDiscard(200, 300);
        assertFalse(blocks().startsWith("100-400"));
    }

    @Test
    void shouldRefuseASuperFrameBeyondTooManyHoles() {
        for (int i = 0; i < 256; i++) {
            assertTrue(window.accept(1000 + 10 * i, 1001 + 10 * i));
        }
        assertFalse(window.accept(9000, 9001));
        assertTrue(window.accept(1001, 1010));
    }

    @Test
    void shouldTellTheLowestWhenNotAllBlocksFit() {
        for (int i = 0; i < 100; i++) {
            window.accept(1000 + 10 * i, 1001 + 10 * i);
        }
        assertTrue(blocks().startsWith("1000-1001 "));
        assertTrue(blocks().endsWith(" 1630-1631"));
    }
}
