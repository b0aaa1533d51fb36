// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rings of an AF_XDP socket; the test is the kernel. */
final class XdpRingTest {
    private static final int PRODUCER = 0;
    private static final int CONSUMER = 64;
    private static final int FLAGS = 68;
    private static final int ENTRIES = 128;
    private static final int COUNT = 4;
    private static final int ENTRY_LENGTH = 8;

    private final NativeBuffer buffer = new NativeBuffer(ENTRIES + COUNT * ENTRY_LENGTH);
    private final MemorySlice memory = buffer.slice();
    private final XdpRing ring =
            new XdpRing(
                    memory,
                    new XdpRing.Layout(PRODUCER, CONSUMER, ENTRIES, FLAGS),
                    ENTRY_LENGTH,
                    COUNT);

    @AfterEach
    void close() {
        buffer.close();
    }

    @Test
    void shouldHaveRoomForAllItsEntries() {
        assertEquals(COUNT, ring.room());
        ring.publish(COUNT);
        assertEquals(COUNT, memory.getInt(PRODUCER));
        assertEquals(0, ring.room());
    }

    @Test
    void shouldHaveRoomAgainWhenTheKernelHasTakenEntries() {
        ring.publish(COUNT);
        memory.putInt(CONSUMER, 3);
        assertEquals(3, ring.room());
    }

    @Test
    void shouldFillTheFirstEntryAgainAfterTheLast() {
        assertEquals(ENTRIES, ring.entry(0));
        assertEquals(ENTRIES + 3 * ENTRY_LENGTH, ring.entry(3));
        ring.publish(3);
        assertEquals(ENTRIES + 3 * ENTRY_LENGTH, ring.entry(0));
        assertEquals(ENTRIES, ring.entry(1));
    }

    @Test
    void shouldHaveNothingReadyBeforeTheKernelPublishes() {
        assertEquals(0, ring.ready());
        memory.putInt(PRODUCER, 2);
        assertEquals(2, ring.ready());
    }

    @Test
    void shouldGiveBackWhatItHasEmptied() {
        memory.putInt(PRODUCER, 2);
        assertEquals(2, ring.ready());
        ring.release(1);
        assertEquals(1, memory.getInt(CONSUMER));
        assertEquals(1, ring.ready());
        ring.release(1);
        assertEquals(0, ring.ready());
    }

    @Test
    void shouldGoOnWhereTheIndicesWrap() {
        memory.putInt(PRODUCER, Integer.MAX_VALUE);
        ring.release(Integer.MAX_VALUE);
        memory.putInt(PRODUCER, Integer.MIN_VALUE + 1);
        assertEquals(2, ring.ready());
        assertEquals(ENTRIES + 3 * ENTRY_LENGTH, ring.entry(0));
        assertEquals(ENTRIES, ring.entry(1));
    }

    @Test
    void shouldNotBelieveInMoreEntriesThanThereAre() {
        memory.putInt(PRODUCER, 1000);
        assertEquals(COUNT, ring.ready());
    }

    @Test
    void shouldNotBelieveInEntriesTakenThatWereNotFilled() {
        ring.publish(COUNT);
        memory.putInt(CONSUMER, 1000);
        assertEquals(COUNT, ring.room());
    }

    @Test
    void shouldTellWhetherTheKernelWantsToBeCalled() {
        assertFalse(ring.isWakeUpNeeded());
        memory.putInt(FLAGS, 1);
        assertTrue(ring.isWakeUpNeeded());
    }
}
