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
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What rings of all formats do. */
final class VirtqueueTest {
    private static final int SIZE = ServedRing.SIZE;
    private static final long RAM = ServedRing.RAM;

    private ServedRing ring;
    private RingDriver driver;
    private Virtqueue queue;
    private DescriptorChain chain;

    private void serve(RingFormat format) {
        begin(ServedRing.of(format));
    }

    private void begin(ServedRing newRing) {
        ring = newRing;
        driver = ring.driver;
        queue = ring.queue;
        chain = ring.chain;
    }

    @AfterEach
    void close() {
        ring.close();
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

    private void assertFault(RingCounter reason) {
        MalformedChainException fault =
                assertThrows(MalformedChainException.class, () -> queue.poll(chain));
        assertEquals(reason, fault.reason());
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindNothingInAnEmptyRing(RingFormat format) throws Exception {
        serve(format);
        assertFalse(queue.poll(chain));
        assertFalse(queue.isChainAvailable());
        assertEquals(0, queue.inFlight());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeAChainWithItsTwoParts(RingFormat format) throws Exception {
        serve(format);
        Buffer text = ring.readable(3);
        ring.ram.at(text.guestAddress(), 3).putBytes(0, new byte[] {1, 2, 3}, 0, 3);
        int head =
                driver.offer(List.of(text, ring.readable(2), ring.writable(10), ring.writable(1)));
        assertTrue(queue.isChainAvailable());
        assertEquals(head, ring.take());
        assertArrayEquals(new byte[] {1, 2, 3, 0, 0}, bytes(chain.readable()));
        assertEquals(11, chain.writable().length());
        assertEquals(1, queue.inFlight());
        assertFalse(queue.poll(chain));
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveChainsBackInAnyOrder(RingFormat format) throws Exception {
        serve(format);
        int first = ring.offer(2);
        int second = ring.offer(3);
        ring.take();
        ring.take();
        queue.push(second, 5);
        queue.push(first, 8);
        assertNull(driver.takeUsed());
        queue.publish();
        assertEquals(new Used(second, 5), driver.takeUsed());
        assertEquals(new Used(first, 8), driver.takeUsed());
        assertEquals(0, queue.inFlight());
        assertEquals(SIZE, driver.freeCount());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeAgainWhatWasPutBack(RingFormat format) throws Exception {
        serve(format);
        int base = queue.base();
        int first = ring.offer(1);
        int second = ring.offer(2);
        ring.take();
        ring.take();
        queue.putBack(second);
        queue.putBack(first);
        assertEquals(0, queue.inFlight());
        assertEquals(base, queue.base());
        assertTrue(queue.isChainAvailable());
        assertEquals(first, ring.take());
        assertEquals(second, ring.take());
        assertEquals(2, chain.writable().length());
        assertFalse(queue.poll(chain));
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseEveryDescriptorOfTheRingInOneChain(RingFormat format) throws Exception {
        serve(format);
        ring.offer(SIZE);
        ring.take();
        assertEquals(SIZE, chain.writable().length());
        assertFalse(queue.poll(chain));
    }

    @ParameterizedTest
    @EnumSource
    void shouldWalkAnIndirectTable(RingFormat format) throws Exception {
        serve(format);
        driver.offerIndirect(List.of(ring.readable(16), ring.writable(512), ring.writable(1)));
        ring.take();
        assertEquals(16, chain.readable().length());
        assertEquals(513, chain.writable().length());
        ring.offer(1);
        ring.take();
        assertEquals(1, chain.writable().length());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTolerateDescriptorsWithoutBytes(RingFormat format) throws Exception {
        serve(format);
        Buffer nothing = new Buffer(0xdead_0000L, 0, false);
        Buffer none = new Buffer(0, 0, true);
        driver.offer(List.of(nothing, ring.readable(4), none, ring.writable(1)));
        ring.take();
        assertEquals(4, chain.readable().length());
        assertEquals(1, chain.writable().length());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseMemoryThatIsNotTheGuests(RingFormat format) {
        serve(format);
        driver.offer(List.of(new Buffer(RAM - 1, 2, true)));
        assertFault(RingCounter.NOT_MAPPED);
        driver.offer(List.of(new Buffer(RAM + ServedRing.RAM_LENGTH - 1, 2, true)));
        assertFault(RingCounter.NOT_MAPPED);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAReadableDescriptorAfterAWritableOne(RingFormat format) {
        serve(format);
        driver.offer(List.of(ring.writable(1), ring.readable(1)));
        assertFault(RingCounter.READABLE_AFTER_WRITABLE);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseMoreBytesThanAChainMayHave(RingFormat format) {
        serve(format);
        driver.offer(List.of(ring.readable(1), new Buffer(RAM, -1, true)));
        assertFault(RingCounter.CHAIN_TOO_LONG);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAnIndirectTableThatNobodyNegotiated(RingFormat format) {
        begin(ServedRing.plain(format));
        driver.offerIndirect(List.of(ring.writable(1)));
        assertFault(RingCounter.INDIRECT_NOT_NEGOTIATED);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAnIndirectTableOfAWrongLength(RingFormat format) {
        serve(format);
        driver.offerTable(RAM, 0);
        assertFault(RingCounter.INDIRECT_LENGTH);
        driver.offerTable(RAM, 24);
        assertFault(RingCounter.INDIRECT_LENGTH);
        driver.offerTable(RAM, 16 * 1025);
        assertFault(RingCounter.INDIRECT_LENGTH);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAnIndirectTableThatIsNotTheGuests(RingFormat format) {
        serve(format);
        driver.offerTable(RAM - 16, 16);
        assertFault(RingCounter.NOT_MAPPED);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnAfterAMalformedChain(RingFormat format) throws Exception {
        serve(format);
        int bad = driver.offer(List.of(ring.readable(1), new Buffer(0, 4, true)));
        int good = ring.offer(1);
        assertFault(RingCounter.NOT_MAPPED);
        assertEquals(bad, chain.headIndex());
        assertEquals(0, chain.readable().length());
        queue.push(bad, 0);
        assertEquals(good, ring.take());
        queue.publish();
        assertEquals(new Used(bad, 0), driver.takeUsed());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseToGiveBackWhatItHasNotTaken(RingFormat format) {
        serve(format);
        assertThrows(IllegalStateException.class, () -> queue.push(3, 0));
        assertThrows(IllegalStateException.class, () -> queue.release(3));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReleaseAChainWithoutTellingTheGuest(RingFormat format) throws Exception {
        serve(format);
        int head = ring.offer(1);
        ring.take();
        queue.release(head);
        queue.publish();
        assertNull(driver.takeUsed());
        assertEquals(0, queue.inFlight());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellWhatEndedWhileTheRingsRegionWasReplaced(RingFormat format) throws Exception {
        serve(format);
        int head = ring.offer(1);
        ring.take();
        ring.memory.remove(ring.ram.region());
        queue.push(head, 8);
        assertFalse(queue.publish());
        assertNull(driver.takeUsed());
        ring.memory.add(ring.ram.region(), ring.ram.fd());
        assertTrue(queue.publish());
        assertEquals(new Used(head, 8), driver.takeUsed());
        assertNull(driver.takeUsed());
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindItsRingInANewMemoryTable(RingFormat format) throws Exception {
        serve(format);
        int head = ring.offer(1);
        ring.memory.replace(List.of(ring.ram.region()), new int[] {ring.ram.fd()});
        ring.take();
        queue.push(head, 1);
        queue.publish();
        assertNotNull(driver.takeUsed());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWaitWhileItsRingIsInNoRegion(RingFormat format) throws Exception {
        serve(format);
        int head = ring.offer(1);
        ring.memory.remove(ring.ram.region());
        assertFalse(queue.poll(chain));
        assertFalse(queue.remap());
        assertFalse(queue.requestKicks());
        assertFalse(queue.isChainAvailable());
        ring.memory.add(ring.ram.region(), ring.ram.fd());
        assertEquals(head, ring.take());
    }
}
