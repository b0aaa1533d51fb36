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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SplitVirtqueueTest {
    private static final long RAM = 0x4000_0000L;
    private static final int SIZE = 8;

    private final GuestRam ram = new GuestRam(1 << 20, RAM, 0x7000_0000_0000L);
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
        driver = new GuestDriver(ram, SIZE, features);
        queue = new SplitVirtqueue(memory, driver.layout(), features);
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

    private byte[] bytes(SliceList list) {
        byte[] bytes = new byte[(int) list.length()];
        GuestRam copy = new GuestRam(1 << 20, 0, 0);
        try (copy) {
            list.copyTo(0, copy.slice(), 0, list.length());
            copy.slice().getBytes(0, bytes, 0, bytes.length);
        }
        return bytes;
    }

    @Test
    void shouldFindNothingInAnEmptyRing() throws Exception {
        assertFalse(queue.poll(chain));
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldTakeAChainWithItsTwoParts() throws Exception {
        Buffer text = readable(3);
        ram.at(text.guestAddress(), 3).putBytes(0, new byte[] {1, 2, 3}, 0, 3);
        int head = driver.offer(List.of(text, readable(2), writable(10), writable(1)));
        assertTrue(queue.poll(chain));
        assertEquals(head, chain.headIndex());
        assertArrayEquals(new byte[] {1, 2, 3, 0, 0}, bytes(chain.readable()));
        assertEquals(11, chain.writable().length());
        assertEquals(1, queue.inFlight());
        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldGiveChainsBackInAnyOrder() throws Exception {
        int first = driver.offer(List.of(writable(8)));
        int second = driver.offer(List.of(writable(8)));
        queue.poll(chain);
        queue.poll(chain);
        queue.push(second, 5);
        queue.push(first, 8);
        assertNull(driver.takeUsed());
        queue.publish();
        assertEquals(new Used(second, 5), driver.takeUsed());
        assertEquals(new Used(first, 8), driver.takeUsed());
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldTakeAgainWhatWasPutBack() throws Exception {
        int first = driver.offer(List.of(writable(8)));
        int second = driver.offer(List.of(writable(9)));
        queue.poll(chain);
        queue.poll(chain);
        queue.putBack(second);
        queue.putBack(first);
        assertEquals(0, queue.inFlight());
        assertEquals(0, queue.availIdx());
        assertTrue(queue.isChainAvailable());
        assertTrue(queue.poll(chain));
        assertEquals(first, chain.headIndex());
        assertTrue(queue.poll(chain));
        assertEquals(9, chain.writable().length());
        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldPutBackAcrossTheWrapOfTheIndex() throws Exception {
        driver.startAt(0xFFFF);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT);
        int head = driver.offer(List.of(writable(8)));
        queue.poll(chain);
        assertEquals(0, queue.availIdx());
        queue.putBack(head);
        assertEquals(0xFFFF, queue.availIdx());
        assertTrue(queue.isChainAvailable());
        assertTrue(queue.poll(chain));
    }

    @Test
    void shouldNotSeeMoreChainsThanTheRingHas() {
        driver.avail().putShort(2, (short) (SIZE + 1));
        assertThrows(MalformedChainException.class, queue::isChainAvailable);
    }

    @Test
    void shouldWalkAnIndirectTable() throws Exception {
        driver.offerIndirect(List.of(readable(16), writable(512), writable(1)));
        assertTrue(queue.poll(chain));
        assertEquals(16, chain.readable().length());
        assertEquals(513, chain.writable().length());
    }

    @Test
    void shouldWalkFromDescriptorsIntoAnIndirectTable() throws Exception {
        long table = ram.allocate(16, 16);
        Buffer in = writable(20);
        GuestDriver.putDescriptor(
                ram.at(table, 16), 0, in.guestAddress(), 20, GuestDriver.FLAG_WRITE, 0);
        Buffer out = readable(4);
        GuestDriver.putDescriptor(
                driver.descriptors(), 0, out.guestAddress(), 4, GuestDriver.FLAG_NEXT, 5);
        GuestDriver.putDescriptor(driver.descriptors(), 5, table, 16, GuestDriver.FLAG_INDIRECT, 0);
        driver.publish(0);
        assertTrue(queue.poll(chain));
        assertEquals(4, chain.readable().length());
        assertEquals(20, chain.writable().length());
    }

    @Test
    void shouldTolerateDescriptorsWithoutBytes() throws Exception {
        Buffer nothing = new Buffer(0xdead_0000L, 0, false);
        driver.offer(List.of(nothing, readable(4), new Buffer(0, 0, true), writable(1)));
        assertTrue(queue.poll(chain));
        assertEquals(4, chain.readable().length());
        assertEquals(1, chain.writable().length());
    }

    @Test
    void shouldUseEveryDescriptorOfTheRingInOneChain() throws Exception {
        driver.offer(
                List.of(
                        readable(1),
                        readable(1),
                        readable(1),
                        readable(1),
                        readable(1),
                        readable(1),
                        readable(1),
                        writable(1)));
        assertTrue(queue.poll(chain));
        assertEquals(7, chain.readable().length());
    }

    @Test
    void shouldGoOnWhereIndicesWrapAround() throws Exception {
        driver.startAt(0xFFFF);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT);
        int first = driver.offer(List.of(writable(1)));
        int second = driver.offer(List.of(writable(1)));
        assertTrue(queue.poll(chain));
        assertTrue(queue.poll(chain));
        assertFalse(queue.poll(chain));
        queue.push(first, 1);
        queue.push(second, 1);
        queue.publish();
        assertEquals(first, driver.takeUsed().headIndex());
        assertEquals(second, driver.takeUsed().headIndex());
        assertEquals(1, queue.availIdx());
        assertEquals(1, queue.usedIdx());
    }

    @Test
    void shouldStopAtAnAvailIndexThatJumps() {
        driver.avail().putShort(2, (short) (SIZE + 1));
        assertFault(RingCounter.AVAIL_IDX_JUMP);
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldStopAtAHeadOutOfRange() {
        driver.publish(SIZE);
        assertFault(RingCounter.HEAD_OUT_OF_RANGE);
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldStopAtAHeadThatIsInFlight() throws Exception {
        int head = driver.offer(List.of(writable(1)));
        queue.poll(chain);
        driver.publish(head);
        assertFault(RingCounter.HEAD_IN_FLIGHT);
        assertEquals(1, queue.inFlight());
    }

    @Test
    void shouldEndALoop() {
        Buffer buffer = readable(1);
        GuestDriver.putDescriptor(
                driver.descriptors(), 0, buffer.guestAddress(), 1, GuestDriver.FLAG_NEXT, 0);
        driver.publish(0);
        assertFault(RingCounter.CHAIN_TOO_LONG);
    }

    @Test
    void shouldEndALoopInAnIndirectTable() {
        long table = ram.allocate(32, 16);
        long address = readable(1).guestAddress();
        GuestDriver.putDescriptor(ram.at(table, 32), 0, address, 1, GuestDriver.FLAG_NEXT, 1);
        GuestDriver.putDescriptor(ram.at(table, 32), 1, address, 1, GuestDriver.FLAG_NEXT, 0);
        driver.offerTable(table, 32);
        assertFault(RingCounter.CHAIN_TOO_LONG);
    }

    @Test
    void shouldRefuseANextIndexOutOfRange() {
        long address = readable(1).guestAddress();
        GuestDriver.putDescriptor(driver.descriptors(), 0, address, 1, GuestDriver.FLAG_NEXT, SIZE);
        driver.publish(0);
        assertFault(RingCounter.NEXT_OUT_OF_RANGE);
    }

    @Test
    void shouldRefuseANextIndexBehindAnIndirectTable() {
        long table = ram.allocate(16, 16);
        long address = readable(1).guestAddress();
        GuestDriver.putDescriptor(ram.at(table, 16), 0, address, 1, GuestDriver.FLAG_NEXT, 1);
        driver.offerTable(table, 16);
        assertFault(RingCounter.NEXT_OUT_OF_RANGE);
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
        serve(RingFeatures.VERSION_1);
        driver.offerIndirect(List.of(writable(1)));
        assertFault(RingCounter.INDIRECT_NOT_NEGOTIATED);
    }

    @Test
    void shouldRefuseANestedIndirectTable() {
        long table = ram.allocate(16, 16);
        GuestDriver.putDescriptor(ram.at(table, 16), 0, table, 16, GuestDriver.FLAG_INDIRECT, 0);
        driver.offerTable(table, 16);
        assertFault(RingCounter.INDIRECT_NESTED);
    }

    @Test
    void shouldRefuseAnIndirectTableThatIsNotTheLast() {
        int flags = GuestDriver.FLAG_INDIRECT | GuestDriver.FLAG_NEXT;
        GuestDriver.putDescriptor(driver.descriptors(), 0, RAM, 16, flags, 1);
        driver.publish(0);
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
        int good = driver.offer(List.of(writable(4)));
        assertFault(RingCounter.NOT_MAPPED);
        assertEquals(bad, chain.headIndex());
        assertEquals(0, chain.readable().length());
        queue.push(chain.headIndex(), 0);
        assertTrue(queue.poll(chain));
        assertEquals(good, chain.headIndex());
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
        int head = driver.offer(List.of(writable(1)));
        queue.poll(chain);
        queue.release(head);
        queue.publish();
        assertNull(driver.takeUsed());
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldTellWhatEndedWhileTheRingsRegionWasReplaced() throws Exception {
        int head = driver.offer(List.of(writable(8)));
        assertTrue(queue.poll(chain));
        memory.remove(ram.region());
        queue.push(head, 8);
        assertFalse(queue.publish());
        memory.add(ram.region(), ram.fd());
        assertTrue(queue.publish());
        assertEquals(new Used(head, 8), driver.takeUsed());
        assertNull(driver.takeUsed());
    }

    @Test
    void shouldFindItsRingInANewMemoryTable() throws Exception {
        int head = driver.offer(List.of(writable(1)));
        memory.replace(List.of(ram.region()), new int[] {ram.fd()});
        assertTrue(queue.poll(chain));
        queue.push(head, 1);
        queue.publish();
        assertNotNull(driver.takeUsed());
    }

    @Test
    void shouldWaitWhileItsRingIsInNoRegion() throws Exception {
        int head = driver.offer(List.of(writable(1)));
        memory.remove(ram.region());
        assertFalse(queue.poll(chain));
        assertFalse(queue.remap());
        assertFalse(queue.requestKicks());
        memory.add(ram.region(), ram.fd());
        assertTrue(queue.poll(chain));
        assertEquals(head, chain.headIndex());
    }

    @Test
    void shouldNotTouchARingThatIsGoneWhenAChainIsGivenBack() throws Exception {
        int head = driver.offer(List.of(writable(1)));
        queue.poll(chain);
        memory.remove(ram.region());
        queue.push(head, 1);
        assertFalse(queue.publish());
        assertNull(driver.takeUsed());
    }

    @Test
    void shouldRefuseARingThatIsNotAligned() {
        RingLayout layout = driver.layout();
        RingLayout odd =
                new RingLayout(
                        SIZE, layout.descriptors(), layout.availRing() + 1, layout.usedRing(), 0);
        assertFalse(new SplitVirtqueue(memory, odd, RingFeatures.SPLIT).remap());
    }

    @Test
    void shouldRefuseASizeThatIsNoPowerOfTwo() {
        assertNotNull(SplitVirtqueue.invalidReason(new RingLayout(0, 0, 0, 0, 0)));
        assertNotNull(SplitVirtqueue.invalidReason(new RingLayout(3, 0, 0, 0, 0)));
        assertNotNull(SplitVirtqueue.invalidReason(new RingLayout(2048, 0, 0, 0, 0)));
        assertNotNull(SplitVirtqueue.invalidReason(new RingLayout(8, 0, 0, 0, 0x10000)));
        assertNull(SplitVirtqueue.invalidReason(new RingLayout(1024, 0, 0, 0, 0xFFFF)));
    }
}
