// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test plays the backend on the raw rings. */
final class DriverQueueTest {
    private static final int SIZE = 4;
    private static final int AVAIL_EVENT = 4 + 8 * SIZE;
    private static final int USED_EVENT = 4 + 2 * SIZE;

    private final GuestMemory memory = new GuestMemory(1 << 20, 1 << 20);
    private final DriverQueue queue = new DriverQueue(memory, SIZE, true);
    private final MemorySlice used = queue.used();

    @AfterEach
    void close() {
        queue.close();
        memory.close();
    }

    @Test
    void shouldKickOnlyWhenTheEventIsPassed() {
        used.putShort(AVAIL_EVENT, (short) 1);
        queue.offer(0);
        assertFalse(queue.needsKick(), "index 0 was offered, the backend waits for index 1");
        queue.offer(0);
        assertTrue(queue.needsKick());
        assertFalse(queue.needsKick(), "nothing new");
    }

    @Test
    void shouldKickOnceForABatchThatPassesTheEvent() {
        used.putShort(AVAIL_EVENT, (short) 1);
        queue.offer(0);
        queue.offer(0);
        queue.offer(0);
        assertTrue(queue.needsKick());
    }

    @Test
    void shouldObeyTheFlagWithoutEventIndex() {
        DriverQueue plain = new DriverQueue(memory, SIZE, false);
        plain.used().putShort(0, (short) 1);
        plain.offer(0);
        assertFalse(plain.needsKick());
        plain.used().putShort(0, (short) 0);
        plain.offer(0);
        assertTrue(plain.needsKick());
        plain.close();
    }

    @Test
    void shouldTakeUsedElementsInOrder() {
        putUsed(0, 3, 100);
        putUsed(1, 2, 200);
        assertEquals(3, queue.takeUsed());
        assertEquals(100, queue.usedLength());
        assertEquals(2, queue.takeUsed());
        assertEquals(200, queue.usedLength());
        assertEquals(-1, queue.takeUsed());
    }

    @Test
    void shouldAskForACallAtTheNextElement() {
        putUsed(0, 3, 0);
        queue.takeUsed();
        assertFalse(queue.enableCalls());
        assertEquals(1, queue.avail().getShort(USED_EVENT));
    }

    @Test
    void shouldNotWaitWhenAnElementCameBeforeTheWish() {
        putUsed(0, 3, 0);
        assertTrue(queue.enableCalls());
    }

    @Test
    void shouldFindAHeadThatIsNotInFlight() {
        BlockQueue blocks = new BlockQueue(queue, memory, 2, 4096, true);
        blocks.submit(0, VirtioBlock.FLUSH, 0, 0);
        putUsed(0, 1, 0);
        assertThrows(VhostUserException.class, blocks::takeEnded);
    }

    @Test
    void shouldFindARequestThatEndsTwice() {
        BlockQueue blocks = new BlockQueue(queue, memory, 2, 4096, true);
        blocks.submit(0, VirtioBlock.FLUSH, 0, 0);
        putUsed(0, 0, 1);
        putUsed(1, 0, 1);
        assertEquals(0, blocks.takeEnded());
        assertEquals(0xFF, blocks.status(0), "no status was written");
        assertThrows(VhostUserException.class, blocks::takeEnded);
    }

    @Test
    void shouldLayOutAReadOfThreeSegmentsInOneIndirectTable() {
        BlockQueue blocks = new BlockQueue(queue, memory, 1, 192 << 10, true);
        blocks.submit(0, VirtioBlock.READ, 8, 136 << 10);
        MemorySlice descriptor = queue.descriptors();
        assertEquals(5 * 16, descriptor.getInt(8));
        assertEquals(VirtioBlock.DESCRIPTOR_INDIRECT, descriptor.getShort(12));
        MemorySlice table =
                memory.slice().slice(descriptor.getLong(0) - memory.guestAddress(0), 5 * 16);
        assertEquals(16, table.getInt(8), "header");
        assertEquals(64 << 10, table.getInt(16 + 8));
        assertEquals(8 << 10, table.getInt(3 * 16 + 8));
        assertEquals(1, table.getInt(4 * 16 + 8), "status");
        assertEquals(VirtioBlock.DESCRIPTOR_WRITE, table.getShort(4 * 16 + 12));
    }

    private void putUsed(int index, int head, int length) {
        used.putInt(4 + 8L * index, head);
        used.putInt(4 + 8L * index + 4, length);
        used.putShortRelease(2, (short) (index + 1));
    }
}
