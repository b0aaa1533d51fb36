// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a packed ring goes on whose frontend has lost its place. */
final class PackedResumptionTest {
    private static final int SIZE = 6;

    private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private PackedGuestDriver driver;
    private PackedVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        begin(0);
    }

    private void begin(int total) {
        driver = new PackedGuestDriver(ram, SIZE, RingFeatures.ALL);
        driver.startAt(total);
        queue = new PackedVirtqueue(memory, driver.layout(), RingFeatures.ALL);
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        ram.close();
    }

    private void offer(int descriptors) {
        driver.offer(Collections.nCopies(descriptors, new Buffer(0x8000, 1, true)));
    }

    private void takeAndGiveBack() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        queue.push(chain.headIndex(), 1);
        queue.publish();
        driver.takeUsed();
    }

    /** So many chains go there and back. */
    private void use(int chains, int descriptors) throws MalformedChainException {
        for (int i = 0; i < chains; i++) {
            offer(descriptors);
            takeAndGiveBack();
        }
    }

    private RingLayout resumedFrom(long told) {
        return PackedResumption.resume(memory, driver.layoutAt(told, told));
    }

    private int placeAt(long total) {
        return driver.layoutAt(total, total).base() & 0xFFFF;
    }

    @Test
    void shouldLeaveARingThatNobodyHasUsed() {
        RingLayout fresh = driver.layout();

        assertSame(fresh, PackedResumption.resume(memory, fresh));
    }

    @Test
    void shouldLeaveAPlaceThatIsRight() throws Exception {
        use(4, 1);
        offer(1);
        RingLayout right = driver.layoutAt(4, 4);

        assertSame(right, PackedResumption.resume(memory, right));
    }

    @Test
    void shouldFindTheFirstThatWaits() throws Exception {
        use(3, 1);
        offer(1);
        offer(1);

        assertEquals(placeAt(3), resumedFrom(0).base());
    }

    @Test
    void shouldFindItWhenNothingWaits() throws Exception {
        use(4, 1);

        assertEquals(placeAt(4), resumedFrom(0).base());
    }

    @Test
    void shouldFindItInLaterRounds() throws Exception {
        use(2 * SIZE + 1, 1);
        offer(1);

        assertEquals(placeAt(2 * SIZE + 1), resumedFrom(0).base());
    }

    @Test
    void shouldFindItAtTheEndOfARound() throws Exception {
        use(SIZE, 1);

        assertEquals(placeAt(SIZE), resumedFrom(0).base());
    }

    /** As receive rings are. */
    @Test
    void shouldFindItInAFullRing() throws Exception {
        use(2 * SIZE + 2, 1);
        for (int i = 0; i < SIZE; i++) {
            offer(1);
        }

        assertEquals(placeAt(2 * SIZE + 2), resumedFrom(0).base());
    }

    @Test
    void shouldBelieveAFrontendWhoseDriverChainsDescriptors() throws Exception {
        use(2, 2);
        RingLayout right = driver.layout();

        assertSame(right, PackedResumption.resume(memory, right));
    }

    @Test
    void shouldServeTheRingFromThere() throws Exception {
        use(SIZE + 2, 1);
        offer(1);
        offer(1);

        queue = new PackedVirtqueue(memory, resumedFrom(0), RingFeatures.ALL);

        takeAndGiveBack();
        takeAndGiveBack();
        assertEquals(SIZE, driver.freeCount());
    }

    @Test
    void shouldBearAnything() {
        for (int flags = 0; flags < 1 << SIZE * 2; flags++) {
            for (int slot = 0; slot < SIZE; slot++) {
                int two = flags >> 2 * slot & 3;
                driver.ring().putShort(16L * slot + 14, (short) ((two & 1) << 7 | (two & 2) << 14));
            }
            RingLayout resumed = resumedFrom(2);
            assertEquals(null, PackedVirtqueue.invalidReason(resumed), "flags " + flags);
        }
    }
}
