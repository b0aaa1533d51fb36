// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever serves a ring finds of the one before, who ended without a word. */
final class InFlightLogTest {
    private static final int SIZE = 16;
    private static final int LOG_LENGTH = (int) InFlightLog.length(SIZE);
    private static final int VERSION = 8;
    private static final int LAST_BATCH_HEAD = 12;
    private static final int STATES = 16;

    private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
    private final GuestRam kept = new GuestRam(4096, 0, 0);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private GuestDriver driver;
    private SplitVirtqueue queue;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        driver = new GuestDriver(ram, SIZE, RingFeatures.SPLIT);
        serve();
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        kept.close();
        ram.close();
    }

    /** Somebody else serves the ring; all that the one before knew but did not write is lost. */
    private void serve() {
        serve(driver.used().getUnsignedShort(2));
    }

    private void serve(int availIdx) {
        RingLayout layout = driver.layout();
        RingLayout told =
                new RingLayout(
                        SIZE,
                        layout.descriptors(),
                        layout.availRing(),
                        layout.usedRing(),
                        availIdx);
        InFlightLog log = new InFlightLog(kept.slice().slice(0, LOG_LENGTH), SIZE);
        queue = new SplitVirtqueue(memory, told, RingFeatures.SPLIT, log);
    }

    private int offer() {
        return driver.offer(List.of(new Buffer(ram.allocate(8, 8), 8, true)));
    }

    private List<Integer> offer(int count) {
        List<Integer> heads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            heads.add(offer());
        }
        return heads;
    }

    private List<Integer> take(int count) throws MalformedChainException {
        List<Integer> heads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertTrue(queue.poll(chain));
            heads.add(chain.headIndex());
        }
        return heads;
    }

    private List<Integer> takeAll() throws MalformedChainException {
        List<Integer> heads = new ArrayList<>();
        while (queue.poll(chain)) {
            heads.add(chain.headIndex());
        }
        return heads;
    }

    @Test
    void shouldTakeAgainWhatWasInFlightAndThenTheRest() throws Exception {
        List<Integer> heads = offer(5);
        take(4);
        queue.push(heads.get(1), 8);
        queue.publish();

        serve();

        assertTrue(queue.isChainAvailable());
        assertEquals(List.of(heads.get(0), heads.get(2), heads.get(3), heads.get(4)), takeAll());
        assertEquals(5, queue.availIdx());
    }

    @Test
    void shouldKeepTheOrderInWhichChainsWereTaken() throws Exception {
        List<Integer> first = offer(3);
        take(3);
        first.forEach(head -> queue.push(head, 8));
        queue.publish();
        driver.takeUsed();
        driver.takeUsed();
        driver.takeUsed();
        // The guest uses its descriptors again, in another order.
        List<Integer> second = offer(SIZE);
        take(SIZE);

        serve();

        assertEquals(second, takeAll());
    }

    @Test
    void shouldTakeNothingTwiceWhatTheGuestHasBack() throws Exception {
        List<Integer> heads = offer(3);
        take(3);
        heads.forEach(head -> queue.push(head, 8));
        queue.publish();

        serve();

        assertFalse(queue.poll(chain));
    }

    @Test
    void shouldTakeAgainWhatWasNotPublished() throws Exception {
        List<Integer> heads = offer(2);
        take(2);
        queue.push(heads.get(0), 8);

        serve();

        assertEquals(heads, takeAll());
        heads.forEach(head -> queue.push(head, 4));
        queue.publish();
        assertEquals(new Used(heads.get(0), 4), driver.takeUsed());
        assertEquals(new Used(heads.get(1), 4), driver.takeUsed());
    }

    @Test
    void shouldNotTakeAgainWhatWasPublishedButNotNoted() throws Exception {
        List<Integer> heads = offer(4);
        take(4);
        queue.push(heads.get(2), 8);
        queue.push(heads.get(0), 8);
        byte[] before = new byte[LOG_LENGTH];
        kept.slice().getBytes(0, before, 0, LOG_LENGTH);
        queue.publish();
        // The server died between the two.
        kept.slice().putBytes(0, before, 0, LOG_LENGTH);

        serve();

        assertEquals(List.of(heads.get(1), heads.get(3)), takeAll());
    }

    @Test
    void shouldGoOnAfterSeveralEnds() throws Exception {
        List<Integer> heads = offer(3);
        take(3);
        serve();
        take(1);
        serve();
        assertEquals(heads, take(3));
        queue.push(heads.get(0), 8);
        queue.publish();
        int fourth = offer();
        take(1);

        serve();

        assertEquals(List.of(heads.get(1), heads.get(2), fourth), takeAll());
    }

    @Test
    void shouldForgetWhatWasPutBackOrReleased() throws Exception {
        List<Integer> heads = offer(3);
        take(3);
        queue.putBack(heads.get(2));
        queue.release(heads.get(0));

        serve();

        // The one that was put back is the next of the ring: the released one is behind.
        assertEquals(List.of(heads.get(1)), take(1));
        assertEquals(1, queue.inFlight());
    }

    @Test
    void shouldTakeAgainWhatWasTakenAgainAndPutBack() throws Exception {
        List<Integer> heads = offer(2);
        take(2);
        serve();
        take(2);
        queue.putBack(heads.get(1));
        queue.putBack(heads.get(0));

        assertEquals(heads, takeAll());

        serve();

        assertEquals(heads, takeAll());
    }

    @Test
    void shouldWantToWorkWithoutAKick() throws Exception {
        offer();
        take(1);

        serve();

        assertTrue(queue.requestKicks());
        take(1);
        assertFalse(queue.requestKicks());
    }

    @Test
    void shouldNoteNothingAfterTheClose() throws Exception {
        List<Integer> heads = offer(2);
        InFlightLog log = new InFlightLog(kept.slice().slice(0, LOG_LENGTH), SIZE);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT, log);
        serve(0);
        take(2);
        log.close();
        log.onForget(heads.get(0));

        serve();

        assertEquals(heads, takeAll());
    }

    @Test
    void shouldBeginWhereItIsToldWithALogOfNobody() {
        kept.slice().fill(0, LOG_LENGTH, (byte) 0);
        driver.startAt(700);

        serve(700);

        assertEquals(700, queue.availIdx());
    }

    @Test
    void shouldFollowTheIndicesOverTheirEnd() throws Exception {
        kept.slice().fill(0, LOG_LENGTH, (byte) 0);
        driver.startAt(0xFFFF);
        serve(0xFFFF);
        List<Integer> heads = offer(3);
        take(3);
        queue.push(heads.get(1), 8);
        queue.publish();

        serve();

        assertEquals(List.of(heads.get(0), heads.get(2)), takeAll());
        assertEquals(2, queue.availIdx());
    }

    /** `golden: in-flight log`: as the specification draws it. */
    @Test
    void shouldLookAsSpecified() throws Exception {
        List<Integer> heads = offer(2);
        take(2);
        queue.push(heads.get(1), 8);
        queue.publish();

        byte[] expected = new byte[STATES + 32];
        expected[VERSION] = 1;
        expected[10] = SIZE;
        expected[LAST_BATCH_HEAD] = 1;
        expected[14] = 1;
        expected[STATES] = 1;
        expected[STATES + 8] = 1;
        expected[STATES + 16 + 8] = 2;
        byte[] found = new byte[expected.length];
        kept.slice().getBytes(0, found, 0, found.length);
        assertArrayEquals(expected, found);
    }

    /** The frontend writes what it likes: at worst the ring stops. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldBearAnything(long firstSeed) {
        for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[LOG_LENGTH];
            random.nextBytes(bytes);
            bytes[VERSION] = 1;
            bytes[VERSION + 1] = 0;
            bytes[LAST_BATCH_HEAD] = (byte) random.nextInt(2 * SIZE);
            bytes[LAST_BATCH_HEAD + 1] = 0;
            for (int head = 0; head < SIZE; head++) {
                bytes[STATES + 16 * head] = (byte) random.nextInt(3);
            }
            kept.slice().putBytes(0, bytes, 0, LOG_LENGTH);
            serve();
            pollAll(seed);
        }
    }

    private void pollAll(long seed) {
        int taken = 0;
        try {
            while (queue.poll(chain)) {
                taken++;
            }
        } catch (MalformedChainException e) {
            taken++;
        }
        assertTrue(taken <= SIZE + 1, "seed " + seed + " took " + taken);
    }

    @Test
    void shouldRefuseARingLargerThanItself() {
        InFlightLog log = new InFlightLog(kept.slice().slice(0, LOG_LENGTH), SIZE / 2);

        assertThrows(
                IllegalArgumentException.class,
                () -> new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT, log));
    }
}
