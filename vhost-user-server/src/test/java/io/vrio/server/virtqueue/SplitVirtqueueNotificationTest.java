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

    /** Offers one chain; whether the guest has to kick for it. */
    private boolean isKickedForOneChain() {
        offer();
        return driver.isKickWanted();
    }

    /** Serves a guest that has offered so many chains, and has looked whether to kick for them. */
    private void serveAfter(int chains) {
        serve(RingFeatures.SPLIT);
        for (int i = 0; i < chains; i++) {
            offer();
        }
        driver.isKickWanted();
    }

    /** Takes the last chain, and wants to be told of the next one. */
    private void assertKickedForWhatComesNext() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        assertFalse(queue.requestKicks());
        assertTrue(isKickedForOneChain());
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
        serveAfter(1);
        assertTrue(queue.poll(chain));
        assertFalse(isKickedForOneChain());
        assertKickedForWhatComesNext();
        assertFalse(isKickedForOneChain());
    }

    @Test
    void shouldTakeItsWishForAKickBack() throws Exception {
        serve(RingFeatures.SPLIT);
        assertFalse(queue.requestKicks());
        queue.suppressKicks();
        assertFalse(isKickedForOneChain());
        for (int i = 0; i < 200; i++) {
            queue.poll(chain);
            queue.push(chain.headIndex(), 0);
            queue.publish();
            driver.takeUsed();
            assertFalse(isKickedForOneChain());
        }
        assertKickedForWhatComesNext();
    }

    @Test
    void shouldWantAKickForMoreThanItHasSeen() throws Exception {
        serveAfter(2);
        assertTrue(queue.isChainAvailable());
        assertFalse(queue.requestKicksForMore());
        assertTrue(isKickedForOneChain());
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
