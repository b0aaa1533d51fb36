// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AnonymousMemoryTest {
    private static final int PAGE = 4096;

    private final AnonymousMemory memory = new AnonymousMemory(64 * PAGE);

    @AfterEach
    void free() {
        memory.close();
    }

    @Test
    void shouldTakeSpaceOnlyWhereItWasWritten() {
        assertEquals(0, memory.slice().getLong(20 * PAGE));
        assertEquals(0, memory.allocatedLength());
        memory.slice().fill(3 * PAGE, 2 * PAGE, (byte) 1);
        assertEquals(2 * PAGE, memory.allocatedLength());
    }

    @Test
    void shouldGiveBackWholePagesAndZeroTheRest() {
        memory.slice().fill(0, 64 * PAGE, (byte) 1);
        memory.discard(PAGE - 8, 2 * PAGE + 16);
        assertEquals(62 * PAGE, memory.allocatedLength());
        assertEquals(0x0101010101010101L, memory.slice().getLong(PAGE - 16));
        assertEquals(0, memory.slice().getLong(PAGE - 8));
        assertEquals(0, memory.slice().getLong(2 * PAGE));
        assertEquals(0, memory.slice().getLong(3 * PAGE));
        assertEquals(0x0101010101010101L, memory.slice().getLong(3 * PAGE + 8));
    }

    @Test
    void shouldZeroARangeInsideOnePage() {
        memory.slice().fill(0, PAGE, (byte) 1);
        memory.discard(8, 8);
        assertEquals(0x0101010101010101L, memory.slice().getLong(0));
        assertEquals(0, memory.slice().getLong(8));
        assertEquals(0x0101010101010101L, memory.slice().getLong(16));
    }

    @Test
    void shouldKeepWhatWasWrittenWhenItGrows() {
        memory.slice().putLong(64 * PAGE - 8, 42);
        memory.resize(1000 * PAGE + 512);
        assertEquals(42, memory.slice().getLong(64 * PAGE - 8));
        assertEquals(0, memory.slice().getLong(64 * PAGE));
        assertEquals(0, memory.slice().getLong(1000 * PAGE + 504));
        assertEquals(PAGE, memory.allocatedLength());
    }

    @Test
    void shouldGrowAgainAfterItHasGrown() {
        memory.slice().putLong(0, 42);
        memory.resize(128 * PAGE);
        memory.slice().putLong(100 * PAGE, 43);
        memory.resize(10_000 * PAGE);
        memory.slice().putLong(9_999 * PAGE, 44);
        assertEquals(42, memory.slice().getLong(0));
        assertEquals(43, memory.slice().getLong(100 * PAGE));
        assertEquals(3 * PAGE, memory.allocatedLength());
    }

    @Test
    void shouldForgetWhatWasBehindTheEndWhenItGrowsAgain() {
        memory.slice().putLong(32 * PAGE, 42);
        memory.resize(32 * PAGE);
        assertThrows(IndexOutOfBoundsException.class, () -> memory.slice().getLong(32 * PAGE));
        memory.resize(64 * PAGE);
        assertEquals(0, memory.slice().getLong(32 * PAGE));
    }
}
