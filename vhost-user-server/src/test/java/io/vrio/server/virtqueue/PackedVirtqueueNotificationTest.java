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

final class PackedVirtqueueNotificationTest {
    private static final int SIZE = 10;
    private static final long PLAIN = RingFeatures.VERSION_1 | RingFeatures.PACKED;

    private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private PackedGuestDriver driver;
    private PackedVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
    }

    private void serve(long features) {
        serve(features, 0);
    }

    private void serve(long features, int total) {
        driver = new PackedGuestDriver(ram, SIZE, features);
        driver.startAt(total);
        queue = new PackedVirtqueue(memory, driver.layout(), features);
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

    private void takeAndPush() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        queue.push(chain.headIndex(), 1);
    }

    /** Takes one chain and gives it back; whether the guest wants a call. */
    private boolean isCalledForOneChain() throws MalformedChainException {
        offer();
        takeAndPush();
        return queue.publish();
    }

    @Test
    void shouldNotCallAGuestThatAskedForSilence() throws Exception {
        serve(RingFeatures.ALL);
        driver.suppressCalls(true);
        assertFalse(isCalledForOneChain());
        assertFalse(queue.isIdleCallDue());
        driver.suppressCalls(false);
        assertTrue(isCalledForOneChain());
    }

    @Test
    void shouldCallForWhatCameDuringTheSilence() throws Exception {
        serve(RingFeatures.ALL);
        driver.suppressCalls(true);
        assertFalse(isCalledForOneChain());
        driver.suppressCalls(false);
        assertTrue(queue.publish());
    }

    @Test
    void shouldNotObeyAPlaceThatWasNotNegotiated() throws Exception {
        serve(PLAIN);
        driver.wantCallAfter(5);
        assertTrue(isCalledForOneChain());
    }

    @Test
    void shouldCallWhenThePlaceIsInsideOfAChain() throws Exception {
        serve(RingFeatures.ALL);
        driver.wantCallAfter(2);
        Buffer buffer = new Buffer(0x8000, 1, true);
        driver.offer(List.of(buffer, buffer, buffer));
        takeAndPush();
        assertTrue(queue.publish());
    }

    @Test
    void shouldCallWhenThePlaceIsTheFirstOfALongChain() throws Exception {
        serve(RingFeatures.ALL);
        Buffer buffer = new Buffer(0x8000, 1, true);
        driver.offer(List.of(buffer, buffer, buffer));
        takeAndPush();
        assertTrue(queue.publish());
    }

    @Test
    void shouldCallInTheNextRound() throws Exception {
        serve(RingFeatures.ALL, SIZE - 1);
        driver.wantCallAfter(1);
        assertFalse(isCalledForOneChain());
        assertTrue(isCalledForOneChain());
        assertFalse(isCalledForOneChain());
    }

    @Test
    void shouldCallForAPlaceThatWasTheLastOfItsRound() throws Exception {
        serve(RingFeatures.ALL, SIZE - 2);
        driver.wantCallAfter(1);
        offer();
        offer();
        offer();
        takeAndPush();
        takeAndPush();
        takeAndPush();
        assertTrue(queue.publish());
    }

    @Test
    void shouldNotTakeTheNextRoundForTheOneBefore() throws Exception {
        serve(RingFeatures.ALL, 5);
        driver.wantCallAfter(8);
        assertFalse(isCalledForOneChain());
    }

    @Test
    void shouldCallOnceAtTheEndForWhatWasNotCalledFor() throws Exception {
        serve(RingFeatures.ALL);
        driver.wantCallAfter(9);
        assertFalse(isCalledForOneChain());
        assertTrue(queue.isIdleCallDue());
        assertFalse(queue.isIdleCallDue());
    }

    @Test
    void shouldCallOnceInARound() throws Exception {
        serve(RingFeatures.ALL, 3);
        // Behind where it will ever be, as it looks from here.
        driver.driverEvent().putInt(0, 2 << 16 | 0x8000 | SIZE + 3);
        int calls = 0;
        for (int i = 0; i < 2 * SIZE; i++) {
            calls += isCalledForOneChain() ? 1 : 0;
            driver.takeUsed();
        }
        assertEquals(2, calls);
    }

    @Test
    void shouldWantNoKicksWhileItPolls() {
        serve(RingFeatures.ALL);
        queue.suppressKicks();
        offer();
        assertFalse(driver.isKickWanted());
    }

    @Test
    void shouldWantKicksAtFirst() {
        serve(RingFeatures.ALL);
        offer();
        assertTrue(driver.isKickWanted());
    }

    @Test
    void shouldWantOneKickWithEventIndex() throws Exception {
        serve(RingFeatures.ALL, SIZE - 1);
        offer();
        takeAndPush();
        driver.isKickWanted();
        assertFalse(queue.requestKicks());
        offer();
        assertTrue(driver.isKickWanted());
        offer();
        assertFalse(driver.isKickWanted());
    }

    @Test
    void shouldWantAKickForMoreThanItHasSeen() throws Exception {
        serve(RingFeatures.ALL, SIZE - 1);
        offer();
        offer();
        driver.isKickWanted();
        assertTrue(queue.poll(chain));
        int first = chain.headIndex();
        assertTrue(queue.poll(chain));
        queue.putBack(chain.headIndex());
        queue.putBack(first);
        assertFalse(queue.requestKicksForMore());
        offer();
        assertTrue(driver.isKickWanted());
        assertTrue(queue.requestKicksForMore());
    }

    @Test
    void shouldForgetTheWishesOfAFormerServer() {
        serve(RingFeatures.ALL, 7);
        // Left by a server that polled: it would silence the guest for good.
        driver.deviceEvent().putInt(0, 1 << 16);
        queue = new PackedVirtqueue(memory, driver.layout(), RingFeatures.ALL);
        assertEquals(0, driver.deviceEvent().getInt(0));
    }
}
