// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.SliceList;
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

    private byte[] bytes(SliceList list) {
        byte[] bytes = new byte[(int) list.length()];
        GuestRam copy = new GuestRam(1 << 20, 0, 0);
        try (copy) {
            list.copyTo(0, copy.slice(), 0, list.length());
            copy.slice().getBytes(0, bytes, 0, bytes.length);
        }
        return bytes;
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
    void shouldFindNothingInAnEmptyRing() throws Exception {
        assertFalse(queue.poll(chain));
        assertFalse(queue.isChainAvailable());
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldTakeAChainWithItsTwoParts() throws Exception {
        Buffer text = readable(3);
        ram.at(text.guestAddress(), 3).putBytes(0, new byte[] {1, 2, 3}, 0, 3);
        int id = driver.offer(List.of(text, readable(2), writable(10), writable(1)));
        assertTrue(queue.isChainAvailable());
        assertEquals(id, take());
        assertArrayEquals(new byte[] {1, 2, 3, 0, 0}, bytes(chain.readable()));
        assertEquals(11, chain.writable().length());
        assertEquals(1, queue.inFlight());
        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldGiveChainsBackInAnyOrder() throws Exception {
        int first = offer(2);
        int second = offer(3);
        take();
        take();
        queue.push(second, 5);
        queue.push(first, 8);
        assertNull(driver.takeUsed());
        queue.publish();
        assertEquals(new Used(second, 5), driver.takeUsed());
        assertEquals(new Used(first, 8), driver.takeUsed());
        assertEquals(0, queue.inFlight());
        assertEquals(SIZE, driver.freeCount());
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
    void shouldUseEveryDescriptorOfTheRingInOneChain() throws Exception {
        offer(SIZE);
        take();
        assertEquals(SIZE, chain.writable().length());
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
    void shouldTakeAgainWhatWasPutBack() throws Exception {
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
    void shouldWalkAnIndirectTable() throws Exception {
        driver.offerIndirect(List.of(readable(16), writable(512), writable(1)));
        take();
        assertEquals(16, chain.readable().length());
        assertEquals(513, chain.writable().length());
        offer(1);
        take();
        assertEquals(1, chain.writable().length());
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
    void shouldTolerateDescriptorsWithoutBytes() throws Exception {
        Buffer nothing = new Buffer(0xdead_0000L, 0, false);
        driver.offer(List.of(nothing, readable(4), new Buffer(0, 0, true), writable(1)));
        take();
        assertEquals(4, chain.readable().length());
        assertEquals(1, chain.writable().length());
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
    void shouldRefuseMemoryThatIsNotTheGuests() {
        driver.offer(List.of(new Buffer(RAM - 1, 2, true)));
        assertFault(RingCounter.NOT_MAPPED);
        driver.offer(List.of(new Buffer(RAM + (1 << 20) - 1, 2, true)));
        assertFault(RingCounter.NOT_MAPPED);
    }

    @Test
    void shouldRefuseAReadableDescriptorAfterAWritableOne() {
        driver.offer(List.of(writable(1), readable(1)));
        assertFault(RingCounter.READABLE_AFTER_WRITABLE);
    }

    @Test
    void shouldRefuseMoreBytesThanAChainMayHave() {
        driver.offer(List.of(readable(1), new Buffer(RAM, -1, true)));
        assertFault(RingCounter.CHAIN_TOO_LONG);
    }

    @Test
    void shouldRefuseAnIndirectTableThatNobodyNegotiated() {
        serve(RingFeatures.VERSION_1 | RingFeatures.PACKED, 0);
        driver.offerIndirect(List.of(writable(1)));
        assertFault(RingCounter.INDIRECT_NOT_NEGOTIATED);
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

    @Test
    void shouldRefuseAnIndirectTableOfAWrongLength() {
        driver.offerTable(RAM, 0);
        assertFault(RingCounter.INDIRECT_LENGTH);
        driver.offerTable(RAM, 24);
        assertFault(RingCounter.INDIRECT_LENGTH);
        driver.offerTable(RAM, 16 * 1025);
        assertFault(RingCounter.INDIRECT_LENGTH);
    }

    @Test
    void shouldRefuseAnIndirectTableThatIsNotTheGuests() {
        driver.offerTable(RAM - 16, 16);
        assertFault(RingCounter.NOT_MAPPED);
    }

    private void assertFault(RingCounter reason) {
        MalformedChainException fault =
                assertThrows(MalformedChainException.class, () -> queue.poll(chain));
        assertEquals(reason, fault.reason());
    }

    @Test
    void shouldGoOnAfterAMalformedChain() throws Exception {
        int bad = driver.offer(List.of(readable(1), new Buffer(0, 4, true)));
        int good = offer(1);
        assertFault(RingCounter.NOT_MAPPED);
        assertEquals(bad, chain.headIndex());
        assertEquals(0, chain.readable().length());
        queue.push(bad, 0);
        assertEquals(good, take());
        queue.publish();
        assertEquals(new Used(bad, 0), driver.takeUsed());
    }

    @Test
    void shouldRefuseToGiveBackWhatItHasNotTaken() {
        assertThrows(IllegalStateException.class, () -> queue.push(3, 0));
        assertThrows(IllegalStateException.class, () -> queue.release(3));
    }

    @Test
    void shouldReleaseAChainWithoutTellingTheGuest() throws Exception {
        int id = offer(1);
        take();
        queue.release(id);
        queue.publish();
        assertNull(driver.takeUsed());
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldTellWhatEndedWhileTheRingsRegionWasReplaced() throws Exception {
        int id = offer(1);
        take();
        memory.remove(ram.region());
        queue.push(id, 8);
        assertFalse(queue.publish());
        assertNull(driver.takeUsed());
        memory.add(ram.region(), ram.fd());
        assertTrue(queue.publish());
        assertEquals(new Used(id, 8), driver.takeUsed());
        assertNull(driver.takeUsed());
    }

    @Test
    void shouldWaitWhileItsRingIsInNoRegion() throws Exception {
        int id = offer(1);
        memory.remove(ram.region());
        assertFalse(queue.poll(chain));
        assertFalse(queue.remap());
        assertFalse(queue.requestKicks());
        assertFalse(queue.isChainAvailable());
        memory.add(ram.region(), ram.fd());
        assertEquals(id, take());
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
