// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DirtyLogTest {
    private static final long PAGE = 4096;
    private static final long LOG_LENGTH = 64;

    /** 512 pages at guest address 0, a bit each. */
    private final GuestRam ram = new GuestRam(512 * PAGE, 0, 0);

    private final GuestRam log = new GuestRam(PAGE, 0, 0);
    private final GuestMemory memory = new GuestMemory();

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        memory.setDirtyLog(LOG_LENGTH, 0, log.fd());
        memory.setLogging(true);
    }

    @AfterEach
    void close() {
        memory.close();
        log.close();
        ram.close();
    }

    private long word(int index) {
        return log.slice().getLong(index * 8L);
    }

    @Test
    void shouldMarkThePageOfOneByte() {
        memory.markDirty(5 * PAGE + 17, 1);

        assertEquals(1L << 5, word(0));
        assertEquals(0, word(1));
    }

    @Test
    void shouldMarkBothPagesOfWhatCrossesTheirBorder() {
        memory.markDirty(2 * PAGE - 1, 2);

        assertEquals(0b110, word(0));
    }

    @Test
    void shouldMarkAcrossWords() {
        memory.markDirty(62 * PAGE, 68 * PAGE);

        assertEquals(0b11L << 62, word(0));
        assertEquals(-1, word(1));
        assertEquals(0b11, word(2));
        assertEquals(0, word(3));
    }

    @Test
    void shouldMarkTheLastPageOfAWord() {
        memory.markDirty(63 * PAGE, PAGE);

        assertEquals(1L << 63, word(0));
        assertEquals(0, word(1));
    }

    @Test
    void shouldKeepWhatIsMarked() {
        memory.markDirty(0, 1);
        memory.markDirty(PAGE, 1);

        assertEquals(0b11, word(0));
    }

    @Test
    void shouldMarkNothingForNoBytes() {
        memory.markDirty(PAGE, 0);

        assertEquals(0, word(0));
    }

    @Test
    void shouldNotWriteBehindTheLog() {
        memory.markDirty(511 * PAGE, 1000 * PAGE);
        memory.markDirty(Long.MIN_VALUE, PAGE);
        memory.markDirty(-1, 8);

        assertEquals(1L << 63, word(7));
        assertEquals(0, word(8));
    }

    @Test
    void shouldMarkAllMemory() {
        memory.markAllDirty();

        assertEquals(-1, word(0));
        assertEquals(-1, word(7));
        assertEquals(0, word(8));
    }

    @Test
    void shouldMarkNothingWhileNobodyWantsToKnow() {
        memory.setLogging(false);
        memory.markDirty(0, PAGE);

        assertFalse(memory.isLogging());
        assertEquals(0, word(0));
    }

    @Test
    void shouldMarkInTheNewestLog() {
        try (GuestRam next = new GuestRam(PAGE, 0, 0)) {
            memory.setDirtyLog(LOG_LENGTH, PAGE - LOG_LENGTH, next.fd());
            memory.markDirty(0, 1);

            assertEquals(0, word(0));
            assertEquals(1, next.slice().getLong(PAGE - LOG_LENGTH));
            assertEquals(0, log.serverMappings());
        }
    }

    @Test
    void shouldKeepItsLogWhenAnotherIsRefused() {
        RegionRefusedException refused =
                assertThrows(
                        RegionRefusedException.class,
                        () -> memory.setDirtyLog(2 * PAGE, 0, log.fd()));
        memory.markDirty(0, 1);

        assertTrue(refused.getMessage().contains("past the end of its file"));
        assertEquals(1, word(0));
    }

    @Test
    void shouldRefuseALogOfNoWholeWords() {
        assertThrows(RegionRefusedException.class, () -> memory.setDirtyLog(63, 0, log.fd()));
        assertThrows(RegionRefusedException.class, () -> memory.setDirtyLog(64, 4, log.fd()));
        assertThrows(RegionRefusedException.class, () -> memory.setDirtyLog(0, 0, log.fd()));
        assertThrows(RegionRefusedException.class, () -> memory.setDirtyLog(-8, 0, log.fd()));
    }

    @Test
    void shouldNoticeThatALogWasCutOff() {
        log.cutOff(0);

        assertFalse(memory.isBacked());
    }
}
