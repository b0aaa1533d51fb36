// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a frontend that saves or moves its guest is told of our writes to a packed ring. */
final class PackedVirtqueueLogTest {
    private static final long PAGE = 4096;
    private static final int PAGES = 128;
    private static final long GUEST = 16 * PAGE;

    /** Two pages of descriptors. */
    private static final int SIZE = 512;

    private final GuestRam ram = new GuestRam(PAGES * PAGE, GUEST, 0x7000_0000_0000L);
    private final GuestRam log = new GuestRam(PAGE, 0, 0);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private PackedGuestDriver driver;
    private PackedVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        ram.allocate(1, (int) PAGE);
        // The ring's pages are the second and the third of the guest's memory.
        ram.allocate(1, (int) PAGE);
        driver = new PackedGuestDriver(ram, SIZE, RingFeatures.ALL);
        queue = new PackedVirtqueue(memory, driver.layout(), RingFeatures.ALL);
        memory.setDirtyLog(PAGES / 8, 0, log.fd());
        memory.setLogging(true);
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        log.close();
        ram.close();
    }

    /** The pages that are marked, which are forgotten then. */
    private List<Long> dirty() {
        List<Long> pages = new ArrayList<>();
        for (int page = 0; page < PAGES; page++) {
            if ((log.slice().getByte(page / 8) & 1 << page % 8) != 0) {
                pages.add((long) page);
            }
        }
        log.slice().fill(0, PAGES / 8, (byte) 0);
        return pages;
    }

    private int take(int page) throws MalformedChainException {
        driver.offer(List.of(new Buffer(page * PAGE, 1, true)));
        assertTrue(queue.poll(chain));
        return chain.headIndex();
    }

    private long page(int slot) {
        return (driver.ringAddress() + 16L * slot) / PAGE;
    }

    @Test
    void shouldMarkWhatTheDeviceMayHaveWritten() throws Exception {
        queue.push(take(40), 1);

        assertEquals(List.of(40L), dirty());
    }

    @Test
    void shouldMarkNothingForAChainThatIsPutBack() throws Exception {
        queue.putBack(take(40));

        assertEquals(List.of(), dirty());
    }

    @Test
    void shouldMarkUsedDescriptorsWhereTheRingIs() throws Exception {
        queue.logUsedRing(true, 50 * PAGE);
        queue.push(take(40), 1);
        dirty();

        queue.publish();

        assertEquals(List.of(page(0)), dirty());
    }

    @Test
    void shouldMarkEachPageOfABatch() throws Exception {
        queue.logUsedRing(true, 50 * PAGE);
        for (int i = 0; i < SIZE; i++) {
            queue.push(take(40), 1);
        }
        dirty();

        queue.publish();

        assertEquals(page(0) + 2, page(SIZE));
        assertEquals(List.of(page(0), page(0) + 1, page(0) + 2).subList(0, dirtyCount()), dirty());
    }

    /** The ring may begin in the middle of a page. */
    private int dirtyCount() {
        return driver.ringAddress() % PAGE == 0 ? 2 : 3;
    }

    @Test
    void shouldMarkTheWishForKicksWhereTheFrontendSays() {
        queue.logUsedRing(true, 50 * PAGE);

        queue.requestKicks();

        assertEquals(List.of(50L), dirty());
    }

    @Test
    void shouldEndMarkingTheRing() {
        queue.logUsedRing(true, 50 * PAGE);
        queue.logUsedRing(false, 0);

        queue.suppressKicks();

        assertEquals(List.of(), dirty());
    }
}
