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
