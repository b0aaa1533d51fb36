// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PackedVirtqueueTest {
    private static final long RAM = 0x4000_0000L;
    private static final long FEATURES = RingFeatures.ALL;

    /** No power of two: slots and wrap counters are no bits of one number here. */
    private static final int SIZE = 6;

    private final GuestRam ram = new GuestRam(1 << 20, RAM, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private PackedGuestDriver driver;
    private PackedVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        serve(FEATURES, 0);
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

    private Buffer readable(int length) {
        return new Buffer(ram.allocate(length, 1), length, false);
    }

    private Buffer writable(int length) {
        return new Buffer(ram.allocate(length, 1), length, true);
    }

    private int offer(int descriptors) {
        return driver.offer(Collections.nCopies(descriptors, writable(1)));
    }

    private int take() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        return chain.headIndex();
    }

    private void takeAndGiveBack(int usedLength) throws MalformedChainException {
        queue.push(take(), usedLength);
        queue.publish();
        assertNotNull(driver.takeUsed());
    }

    @Test
    void shouldServeAChainWhoseDescriptorsWereOverwrittenByUsedOnes() throws Exception {
        Buffer slow = writable(7);
        int first = driver.offer(List.of(slow));
        int second = offer(1);
        take();
        take();
        queue.push(second, 1);
        queue.publish();
        assertEquals(new Used(second, 1), driver.takeUsed());
        queue.push(first, 7);
        queue.publish();
        assertEquals(new Used(first, 7), driver.takeUsed());
    }

    @Test
    void shouldGoRoundTheRingOverAndOver() throws Exception {
        for (int i = 0; i < 5 * SIZE; i++) {
            offer(1 + i % 4);
            takeAndGiveBack(i);
        }
        assertEquals(SIZE, driver.freeCount());
        assertEquals(driver.layout().base(), queue.base());
    }

    @Test
    void shouldTakeAChainAcrossTheEndOfTheRing() throws Exception {
        serve(FEATURES, SIZE - 1);
        int id = driver.offer(List.of(readable(1), readable(2), writable(4)));
        assertEquals(id, take());
        assertEquals(3, chain.readable().length());
        queue.push(id, 4);
        queue.publish();
        assertEquals(new Used(id, 4), driver.takeUsed());
        assertEquals(2 | 2 << 16, queue.base());
    }

    @Test
    void shouldUseAFullRing() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            offer(1);
        }
        for (int i = 0; i < SIZE; i++) {
            queue.push(take(), i);
        }
        assertFalse(queue.poll(chain));
        queue.publish();
        for (int i = 0; i < SIZE; i++) {
            assertEquals(new Used(i, i), driver.takeUsed());
        }
        assertNull(driver.takeUsed());
        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldTellWhereItGoesOn() throws Exception {
        assertEquals(0x8000_8000, queue.base());
        offer(2);
        int second = offer(3);
        take();
        take();
        queue.push(second, 1);
        queue.publish();
        assertEquals(0x8003_8005, queue.base());
    }

    @Test
    void shouldGoOnWhereItIsTold() throws Exception {
        serve(FEATURES, SIZE + 2);
        assertEquals(0x0002_0002, queue.base());
        int id = offer(1);
        assertEquals(id, take());
    }

    /** As DPDK's frontend does. */
    @Test
    void shouldNotNeedToBeToldOfTheUsedSide() throws Exception {
        serve(FEATURES, 3);
        RingLayout told = driver.layout();
        RingLayout half =
                new RingLayout(SIZE, told.descriptors(), told.availRing(), told.usedRing(), 0x8003);
        queue = new PackedVirtqueue(memory, half, FEATURES);
        int id = offer(1);
        queue.push(take(), 1);
        queue.publish();
        assertEquals(new Used(id, 1), driver.takeUsed());
    }

    @Test
    void shouldTakeAgainWhatWasPutBackAcrossTheEndOfTheRing() throws Exception {
        serve(FEATURES, SIZE - 3);
        int first = offer(2);
        int second = offer(2);
        take();
        take();
        queue.putBack(second);
        queue.putBack(first);
        assertEquals(0, queue.inFlight());
        assertEquals(driver.layoutAt(SIZE - 3, SIZE - 3).base(), queue.base());
        assertEquals(first, take());
        assertEquals(second, take());
        assertEquals(2, chain.writable().length());
        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldPutBackBehindWhatIsGivenBackLater() throws Exception {
        int first = offer(2);
        int second = offer(2);
        take();
        take();
        queue.putBack(second);
        queue.push(first, 1);
        queue.publish();
        assertEquals(new Used(first, 1), driver.takeUsed());
        assertEquals(second, take());
    }

    @Test
    void shouldLookAtNoFlagInAnIndirectTableButOne() throws Exception {
        long table = ram.allocate(16, 16);
        int all = 0xFFFF & ~PackedGuestDriver.FLAG_WRITE;
        PackedGuestDriver.putDescriptor(ram.at(table, 16), 0, RAM, 5, 0, all);
        driver.offerTable(table, 16);
        take();
        assertEquals(5, chain.readable().length());
    }

    @Test
    void shouldStopAtABufferIdOutOfRange() {
        driver.put(0, RAM, 1, SIZE, 0);
        assertFault(RingCounter.HEAD_OUT_OF_RANGE);
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldStopAtABufferIdThatIsInFlight() throws Exception {
        int id = offer(1);
        take();
        driver.put(0, RAM, 1, id, 0);
        assertFault(RingCounter.HEAD_IN_FLIGHT);
        assertEquals(1, queue.inFlight());
    }

    @Test
    void shouldStopAtABufferIdThatTheGuestHasNotGotBackYet() throws Exception {
        int id = offer(1);
        queue.push(take(), 1);
        driver.put(0, RAM, 1, id, 0);
        assertFault(RingCounter.HEAD_IN_FLIGHT);
        queue.publish();
        assertEquals(new Used(id, 1), driver.takeUsed());
    }

    @Test
    void shouldEndAChainWithoutEnd() {
        for (int i = 0; i < SIZE; i++) {
            driver.put(i, RAM, 1, 0, PackedGuestDriver.FLAG_NEXT);
        }
        assertFault(RingCounter.CHAIN_WITHOUT_END);
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldNotTakeDescriptorsThatOtherChainsUse() throws Exception {
        offer(SIZE - 2);
        take();
        driver.put(0, RAM, 1, 0, PackedGuestDriver.FLAG_NEXT);
        driver.put(1, RAM, 1, 0, PackedGuestDriver.FLAG_NEXT);
        driver.put(2, RAM, 1, 4, 0);
        assertFault(RingCounter.CHAIN_WITHOUT_END);
    }

    @Test
    void shouldNotTakeMoreThanTheRingHas() throws Exception {
        offer(SIZE);
        take();
        // The guest says that it has the round behind it already.
        driver.advance(0);
        driver.put(0, RAM, 1, 3, 0);
        assertFault(RingCounter.CHAIN_WITHOUT_END);
    }

    @Test
    void shouldRefuseAnIndirectTableInAChain() {
        int indirect = PackedGuestDriver.FLAG_INDIRECT;
        driver.put(0, RAM, 16, 0, indirect | PackedGuestDriver.FLAG_NEXT);
        driver.put(1, RAM, 16, 0, 0);
        driver.advance(2);
        assertFault(RingCounter.INDIRECT_WITH_NEXT);
        driver.put(0, RAM, 16, 1, PackedGuestDriver.FLAG_NEXT);
        driver.put(1, RAM, 16, 1, indirect);
        driver.advance(2);
        assertFault(RingCounter.INDIRECT_WITH_NEXT);
    }

    private void assertFault(RingCounter reason) {
        MalformedChainException fault =
                assertThrows(MalformedChainException.class, () -> queue.poll(chain));
        assertEquals(reason, fault.reason());
    }

    @Test
    void shouldRefuseARingThatIsNotAligned() {
        RingLayout layout = driver.layout();
        RingLayout odd =
                new RingLayout(
                        SIZE,
                        layout.descriptors(),
                        layout.availRing(),
                        layout.usedRing() + 2,
                        layout.base());
        assertFalse(new PackedVirtqueue(memory, odd, FEATURES).remap());
    }

    @Test
    void shouldRefuseAPlaceOutsideOfTheRing() {
        assertNotNull(PackedVirtqueue.invalidReason(new RingLayout(0, 0, 0, 0, 0)));
        assertNotNull(PackedVirtqueue.invalidReason(new RingLayout(1025, 0, 0, 0, 0)));
        assertNotNull(PackedVirtqueue.invalidReason(new RingLayout(7, 0, 0, 0, 0x8007)));
        assertNull(PackedVirtqueue.invalidReason(new RingLayout(7, 0, 0, 0, 0x8006_8006)));
        assertNull(PackedVirtqueue.invalidReason(new RingLayout(1024, 0, 0, 0, 0)));
    }
}
