// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SplitVirtqueueNotificationTest {
    private static final int SIZE = 8;

    private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private GuestDriver driver;
    private SplitVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
    }

    private void serve(long features) {
        serve(features, 0);
    }

    private void serve(long features, int startIdx) {
        driver = new GuestDriver(ram, SIZE, features);
        driver.startAt(startIdx);
        queue = new SplitVirtqueue(memory, driver.layout(), features);
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        ram.close();
    }

    private void offer() {
        driver.offer(List.of(new Buffer(0x8000, 1, true)));
    }

    /** Takes one chain and gives it back; whether the guest wants a call. */
    private boolean isCalledForOneChain() throws MalformedChainException {
        offer();
        assertTrue(queue.poll(chain));
        queue.push(chain.headIndex(), 1);
        return queue.publish();
    }

    @Test
    void shouldCallAcrossTheWrapOfTheIndex() throws Exception {
        serve(RingFeatures.SPLIT, 0xFFFF);
        driver.wantCallAfter(1);
        assertFalse(isCalledForOneChain());
        assertTrue(isCalledForOneChain());
    }

    @Test
    void shouldCallOnceAtTheEndForWhatWasNotCalledFor() throws Exception {
        serve(RingFeatures.SPLIT);
        driver.wantCallAfter(100);
        assertFalse(isCalledForOneChain());
        assertTrue(queue.isIdleCallDue());
        assertFalse(queue.isIdleCallDue());
    }

    @Test
    void shouldCallBeforeTheComparisonBecomesAmbiguous() throws Exception {
        serve(RingFeatures.SPLIT);
        driver.wantCallAfter(0xFFFF);
        int calls = 0;
        for (int i = 0; i < 1 << 15; i++) {
            calls += isCalledForOneChain() ? 1 : 0;
            driver.takeUsed();
        }
        assertEquals(1, calls);
    }

    @Test
    void shouldWantOneKickWithEventIndex() throws Exception {
        serve(RingFeatures.SPLIT);
        offer();
        queue.poll(chain);
        driver.isKickWanted();
        offer();
        assertFalse(driver.isKickWanted());
        queue.poll(chain);
        assertFalse(queue.requestKicks());
        offer();
        assertTrue(driver.isKickWanted());
        offer();
        assertFalse(driver.isKickWanted());
    }

    @Test
    void shouldTakeItsWishForAKickBack() throws Exception {
        serve(RingFeatures.SPLIT);
        assertFalse(queue.requestKicks());
        queue.suppressKicks();
        offer();
        assertFalse(driver.isKickWanted());
        for (int i = 0; i < 200; i++) {
            queue.poll(chain);
            queue.push(chain.headIndex(), 0);
            queue.publish();
            driver.takeUsed();
            offer();
            assertFalse(driver.isKickWanted());
        }
        queue.poll(chain);
        assertFalse(queue.requestKicks());
        offer();
        assertTrue(driver.isKickWanted());
    }

    @Test
    void shouldWantAKickForMoreThanItHasSeen() throws Exception {
        serve(RingFeatures.SPLIT);
        offer();
        offer();
        driver.isKickWanted();
        assertTrue(queue.isChainAvailable());
        assertFalse(queue.requestKicksForMore());
        offer();
        assertTrue(driver.isKickWanted());
        assertTrue(queue.requestKicksForMore());
    }

    @Test
    void shouldForgetTheWishesOfAFormerServer() {
        serve(RingFeatures.SPLIT, 700);
        // Left by a server that polled: without event index it would silence the guest for good.
        driver.used().putShort(0, (short) 1);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.VERSION_1);
        assertEquals(0, driver.used().getShort(0));
        assertEquals(700, queue.usedIdx());
    }
}
