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

/** What a frontend that saves or moves its guest is told of our writes. */
final class SplitVirtqueueLogTest {
    private static final long PAGE = 4096;
    private static final int PAGES = 128;

    private final GuestRam ram = new GuestRam(PAGES * PAGE, 0, 0x7000_0000_0000L);
    private final GuestRam log = new GuestRam(PAGE, 0, 0);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private GuestDriver driver;
    private SplitVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        serve(RingFeatures.SPLIT);
    }

    private void serve(long features) {
        driver = new GuestDriver(ram, 8, features);
        queue = new SplitVirtqueue(memory, driver.layout(), features);
        // The ring is on the first page, buffers are behind it.
        ram.allocate(1, (int) PAGE);
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        log.close();
        ram.close();
    }

    private void beginLogging() {
        memory.setDirtyLog(PAGES / 8, 0, log.fd());
        memory.setLogging(true);
    }

    /** The pages that are marked, which are forgotten then. */
    private List<Integer> dirty() {
        List<Integer> pages = new ArrayList<>();
        for (int page = 0; page < PAGES; page++) {
            if ((log.slice().getByte(page / 8) & 1 << page % 8) != 0) {
                pages.add(page);
            }
        }
        log.slice().fill(0, PAGES / 8, (byte) 0);
        return pages;
    }

    private static Buffer pages(int first, int count, boolean isWritable) {
        return new Buffer(first * PAGE, (int) (count * PAGE), isWritable);
    }

    private int take() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        return chain.headIndex();
    }

    @Test
    void shouldMarkWhatTheDeviceMayHaveWritten() throws Exception {
        beginLogging();
        driver.offer(List.of(pages(10, 1, false), pages(20, 2, true), pages(30, 1, true)));

        queue.push(take(), 1);

        assertEquals(List.of(20, 21, 30), dirty());
    }

    @Test
    void shouldMarkTheChainsOfAnIndirectTable() throws Exception {
        beginLogging();
        driver.offerIndirect(List.of(pages(40, 1, true), pages(42, 1, true)));

        queue.push(take(), 1);

        assertEquals(List.of(40, 42), dirty());
    }

    @Test
    void shouldMarkOnlyWhenTheDeviceIsDone() throws Exception {
        beginLogging();
        driver.offer(List.of(pages(20, 1, true)));
        int head = take();

        assertEquals(List.of(), dirty());

        queue.push(head, 1);

        assertEquals(List.of(20), dirty());
    }

    @Test
    void shouldMarkWhatAnAbandonedRequestMayHaveWritten() throws Exception {
        beginLogging();
        driver.offer(List.of(pages(20, 1, true)));

        queue.release(take());

        assertEquals(List.of(20), dirty());
    }

    @Test
    void shouldMarkAllMemoryForAChainThatWasTakenBefore() throws Exception {
        driver.offer(List.of(pages(20, 1, true)));
        int head = take();
        beginLogging();

        queue.push(head, 1);

        assertEquals(PAGES, dirty().size());
    }

    @Test
    void shouldMarkNothingForAChainThatIsPutBack() throws Exception {
        beginLogging();
        driver.offer(List.of(pages(20, 1, true)));

        queue.putBack(take());

        assertEquals(List.of(), dirty());
    }

    @Test
    void shouldMarkTheUsedRingWhereTheFrontendSays() throws Exception {
        beginLogging();
        queue.logUsedRing(true, 50 * PAGE);
        driver.offer(List.of(pages(20, 1, true)));

        queue.push(take(), 1);
        queue.publish();

        assertEquals(List.of(20, 50), dirty());
    }

    @Test
    void shouldMarkTheWishForKicks() throws Exception {
        beginLogging();
        queue.logUsedRing(true, 50 * PAGE);

        queue.requestKicks();

        assertEquals(List.of(50), dirty());
    }

    @Test
    void shouldMarkTheFlagOfARingWithoutEventIndex() {
        serve(RingFeatures.VERSION_1);
        beginLogging();
        queue.logUsedRing(true, 50 * PAGE);

        queue.suppressKicks();

        assertEquals(List.of(50), dirty());
    }

    @Test
    void shouldMarkTheNewIndexByItself() throws Exception {
        beginLogging();
        queue.logUsedRing(true, 50 * PAGE);
        driver.offer(List.of(pages(20, 1, true)));
        queue.push(take(), 1);
        dirty();

        queue.publish();

        assertEquals(List.of(50), dirty());
    }

    @Test
    void shouldEndMarkingTheUsedRing() throws Exception {
        beginLogging();
        queue.logUsedRing(true, 50 * PAGE);
        queue.logUsedRing(false, 0);

        queue.requestKicks();

        assertEquals(List.of(), dirty());
    }
}
