// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever serves a packed ring finds of the one before, who ended without a word. */
final class PackedInFlightLogTest {
    private static final int SIZE = 6;
    private static final int LOG_LENGTH = (int) PackedInFlightLog.length(SIZE);
    private static final int STATES = 32;
    private static final int STATE = 32;

    private final GuestRam ram = new GuestRam(1 << 20, 0, 0x7000_0000_0000L);
    private final GuestRam kept = new GuestRam(4096, 0, 0);
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
        kept.slice().fill(0, LOG_LENGTH, (byte) 0);
        serve(driver.layout());
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        kept.close();
        ram.close();
    }

    /** Somebody else serves the ring, and is told nonsense: a frontend knows no better. */
    private void serve() {
        serve(driver.layoutAt(1, 2));
    }

    private void serve(RingLayout told) {
        PackedInFlightLog log = new PackedInFlightLog(logMemory(), SIZE);
        queue = new PackedVirtqueue(memory, told, RingFeatures.ALL, log);
    }

    private MemorySlice logMemory() {
        return kept.slice().slice(0, LOG_LENGTH);
    }

    private byte[] logBytes() {
        byte[] bytes = new byte[LOG_LENGTH];
        kept.slice().getBytes(0, bytes, 0, LOG_LENGTH);
        return bytes;
    }

    private int offer(int descriptors) {
        Buffer buffer = new Buffer(ram.allocate(8, 8), 8, true);
        return driver.offer(Collections.nCopies(descriptors, buffer));
    }

    private int take() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        return chain.headIndex();
    }

    private List<Integer> takeAll() throws MalformedChainException {
        List<Integer> ids = new ArrayList<>();
        while (queue.poll(chain)) {
            ids.add(chain.headIndex());
        }
        return ids;
    }

    private void giveBack(int id) {
        queue.push(id, 8);
        queue.publish();
        assertEquals(new Used(id, 8), driver.takeUsed());
    }

    @Test
    void shouldTakeAgainWhatWasInFlightAndThenTheRest() throws Exception {
        int first = offer(1);
        int second = offer(2);
        int third = offer(1);
        int fourth = offer(1);
        take();
        take();
        take();
        giveBack(second);

        serve();

        assertEquals(List.of(first, third, fourth), takeAll());
        assertEquals(driver.layoutAt(5, 2).base(), queue.base());
        giveBack(first);
        giveBack(fourth);
        giveBack(third);
        assertEquals(SIZE, driver.freeCount());
    }

    @Test
    void shouldKnowAChainWhoseDescriptorsWereOverwritten() throws Exception {
        long address = ram.allocate(77, 1);
        int slow = driver.offer(List.of(new Buffer(address, 77, true)));
        take();
        for (int i = 0; i < 2 * SIZE; i++) {
            int quick = offer(1 + i % 3);
            take();
            giveBack(quick);
        }

        serve();

        assertEquals(slow, take());
        assertEquals(77, chain.writable().length());
        assertFalse(queue.poll(chain));
        queue.push(slow, 77);
        queue.publish();
        assertEquals(new Used(slow, 77), driver.takeUsed());
    }

    @Test
    void shouldWalkAnIndirectTableAgain() throws Exception {
        driver.offerIndirect(List.of(new Buffer(0, 5, false), new Buffer(0, 6, true)));
        take();

        serve();
        take();

        assertEquals(5, chain.readable().length());
        assertEquals(6, chain.writable().length());
    }

    @Test
    void shouldTakeNothingTwiceWhatTheGuestHasBack() throws Exception {
        int first = offer(2);
        int second = offer(3);
        take();
        take();
        queue.push(second, 8);
        queue.push(first, 8);
        queue.publish();

        serve();

        assertFalse(queue.poll(chain));
        assertEquals(driver.layoutAt(5, 5).base(), queue.base());
    }

    @Test
    void shouldTakeAgainWhatWasNotPublished() throws Exception {
        int first = offer(2);
        int second = offer(1);
        take();
        take();
        queue.push(second, 8);

        serve();

        assertEquals(List.of(first, second), takeAll());
        giveBack(second);
        giveBack(first);
    }

    @Test
    void shouldNotTakeAgainWhatWasPublishedButNotNoted() throws Exception {
        begin(SIZE - 2);
        int first = offer(2);
        int second = offer(1);
        int third = offer(1);
        take();
        take();
        take();
        queue.push(third, 8);
        queue.push(first, 8);
        queue.publish();
        // The server died before it had noted the end of its batch.
        MemorySlice log = kept.slice();
        log.putShort(14, (short) 4);
        log.putShort(18, (short) (SIZE - 2));
        log.putByte(21, (byte) 1);
        log.putByte(STATES, (byte) 1);
        log.putByte(STATES + 3 * STATE, (byte) 1);

        serve();

        assertEquals(List.of(second), takeAll());
        assertEquals(new Used(third, 8), driver.takeUsed());
        assertEquals(new Used(first, 8), driver.takeUsed());
        giveBack(second);
    }

    @Test
    void shouldTakeBackABatchThatTheGuestHasNotSeen() throws Exception {
        int first = offer(2);
        int second = offer(1);
        take();
        take();
        byte[] before = logBytes();
        queue.push(first, 8);
        queue.publish();
        // The server died right before the flags: the ring is as it was.
        byte[] after = logBytes();
        kept.slice().putBytes(0, before, 0, LOG_LENGTH);
        kept.slice().putBytes(12, after, 12, 2);
        kept.slice().putBytes(16, after, 16, 2);
        driver.ring().putShort(14, (short) (PackedGuestDriver.FLAG_AVAIL));

        serve();

        assertEquals(List.of(first, second), takeAll());
        giveBack(first);
        giveBack(second);
    }

    @Test
    void shouldGoOnAfterSeveralEnds() throws Exception {
        int first = offer(1);
        int second = offer(2);
        int third = offer(1);
        takeAll();
        serve();
        take();
        serve();
        assertEquals(List.of(first, second, third), takeAll());
        giveBack(first);
        int fourth = offer(2);
        take();

        serve();

        assertEquals(List.of(second, third, fourth), takeAll());
    }

    @Test
    void shouldForgetWhatWasPutBackOrReleased() throws Exception {
        int first = offer(1);
        int second = offer(2);
        int third = offer(1);
        takeAll();
        queue.putBack(third);
        queue.release(first);

        serve();

        assertEquals(second, take());
        assertEquals(1, queue.inFlight());
    }

    @Test
    void shouldTakeAgainWhatWasTakenAgainAndPutBack() throws Exception {
        int first = offer(2);
        int second = offer(1);
        takeAll();
        serve();
        takeAll();
        queue.putBack(second);
        queue.putBack(first);

        assertEquals(List.of(first, second), takeAll());

        serve();

        assertEquals(List.of(first, second), takeAll());
    }

    @Test
    void shouldWantToWorkWithoutAKick() throws Exception {
        offer(1);
        take();

        serve();

        assertTrue(queue.requestKicks());
        assertTrue(queue.isChainAvailable());
        take();
        assertFalse(queue.requestKicks());
    }

    @Test
    void shouldNoteNothingAfterTheClose() throws Exception {
        int first = offer(1);
        take();
        queue.closeInFlightLog();
        giveBack(first);

        serve();

        assertEquals(List.of(first), takeAll());
    }

    @Test
    void shouldBeginWhereItIsToldWithALogOfNobody() {
        begin(SIZE + 3);

        assertEquals(driver.layoutAt(SIZE + 3, SIZE + 3).base(), queue.base());
    }

    @Test
    void shouldHaveRoomForAllThatARingCanHold() throws Exception {
        for (int round = 0; round < 3; round++) {
            int large = offer(SIZE - 1);
            int small = offer(1);
            takeAll();
            serve();
            assertEquals(List.of(large, small), takeAll());
            giveBack(small);
            giveBack(large);
        }
        assertNull(driver.takeUsed());
    }

    /** `golden: packed in-flight log`: as the specification draws it. */
    @Test
    void shouldLookAsSpecified() throws Exception {
        offer(1);
        int second = driver.offer(List.of(new Buffer(0x1234, 5, false), new Buffer(0x77, 9, true)));
        take();
        take();
        queue.push(0, 8);
        queue.publish();

        byte[] expected = new byte[STATES + 4 * STATE];
        expected[8] = 1;
        expected[10] = SIZE;
        // The state that was freed is the first that is taken next.
        expected[12] = 0;
        expected[14] = 0;
        expected[16] = 1;
        expected[18] = 1;
        expected[20] = 1;
        expected[21] = 1;
        int state = STATES;
        expected[state + 2] = 3;
        expected[state + 6] = 1;
        expected[state + 8] = 1;
        expected[state + 18] = (byte) (0x80 | 2);
        expected[state + 20] = 8;
        byte[] found = logBytes();
        System.arraycopy(found, state + 24, expected, state + 24, 8);
        state += STATE;
        expected[state] = 1;
        expected[state + 2] = 2;
        expected[state + 4] = 2;
        expected[state + 6] = 2;
        expected[state + 8] = 2;
        expected[state + 16] = (byte) second;
        expected[state + 18] = (byte) (0x80 | 1);
        expected[state + 20] = 5;
        expected[state + 24] = 0x34;
        expected[state + 25] = 0x12;
        state += STATE;
        expected[state + 2] = 3;
        expected[state + 16] = (byte) second;
        expected[state + 18] = (byte) (0x80 | 2);
        expected[state + 20] = 9;
        expected[state + 24] = 0x77;
        expected[state + STATE + 2] = 4;
        assertArrayEquals(expected, Arrays.copyOf(found, expected.length));
    }

    /** The frontend writes what it likes: at worst the ring stops. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldBearAnything(long firstSeed) {
        for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + 1000; seed++) {
            scribble(new Random(seed));
            serve();
            pollAll(seed);
        }
    }

    private void scribble(Random random) {
        byte[] bytes = new byte[LOG_LENGTH];
        random.nextBytes(bytes);
        bytes[8] = 1;
        bytes[9] = 0;
        // Numbers that are nearly right do more harm than wild ones.
        for (int field : new int[] {12, 14, 16, 18}) {
            bytes[field] = (byte) random.nextInt(SIZE + 2);
            bytes[field + 1] = 0;
        }
        for (int state = STATES; state < STATES + SIZE * STATE; state += STATE) {
            bytes[state] = (byte) random.nextInt(2);
            for (int field : new int[] {2, 4, 6, 16}) {
                bytes[state + field] = (byte) random.nextInt(SIZE + 1);
                bytes[state + field + 1] = 0;
            }
        }
        kept.slice().putBytes(0, bytes, 0, LOG_LENGTH);
        for (int slot = 0; slot < SIZE; slot++) {
            driver.ring().putShort(16L * slot + 14, (short) random.nextInt());
        }
    }

    private void pollAll(long seed) {
        int taken = 0;
        boolean isMore = true;
        while (isMore && taken <= SIZE) {
            try {
                isMore = queue.poll(chain);
                taken += isMore ? 1 : 0;
            } catch (MalformedChainException e) {
                isMore = !e.reason().isRingFault();
                taken += isMore ? 1 : 0;
            }
        }
        assertTrue(taken <= SIZE, "seed " + seed + " took " + taken);
    }

    @Test
    void shouldRefuseARingLargerThanItself() {
        PackedInFlightLog log = new PackedInFlightLog(logMemory(), SIZE / 2);

        assertThrows(
                IllegalArgumentException.class,
                () -> new PackedVirtqueue(memory, driver.layout(), RingFeatures.ALL, log));
    }
}
