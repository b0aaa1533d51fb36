// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class IoRingTest {
    private static final int ENTRIES = 4;
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir Path folder;
    private final NativeBuffer buffer = new NativeBuffer(8192);
    private final MemorySlice memory = buffer.slice();
    private final EventFd announcer = new EventFd();
    private IoRing ring;
    private int fd;

    @BeforeEach
    void open() {
        try {
            ring = IoRing.open(ENTRIES, announcer);
        } catch (ErrnoException e) {
            abort("no io_uring here: " + e.getMessage());
        }
        fd = Linux.check(Linux.open(file().toString(), Linux.O_RDWR | Linux.O_CREAT, 0600), "open");
    }

    @AfterEach
    void close() {
        if (ring != null) {
            ring.close();
            Linux.close(fd);
        }
        announcer.close();
        buffer.close();
    }

    private Path file() {
        return folder.resolve("file");
    }

    /** Waits for the next result. */
    private void awaitResult() {
        while (!ring.next()) {
            ring.await(LONG_NS);
        }
    }

    private void write(long at, int length, long offset, long tag) {
        ring.transfer(IoOperation.WRITE, fd, memory.address(at, length), length, offset, tag);
    }

    private void read(long at, int length, long offset, long tag) {
        ring.transfer(IoOperation.READ, fd, memory.address(at, length), length, offset, tag);
    }

    @Test
    void shouldWriteWhereItIsTold() throws Exception {
        memory.fill(0, 100, (byte) 5);
        write(0, 100, 50, 7);
        awaitResult();
        assertEquals(7, ring.tag());
        assertEquals(100, ring.result());
        byte[] expected = new byte[150];
        Arrays.fill(expected, 50, 150, (byte) 5);
        assertArrayEquals(expected, Files.readAllBytes(file()));
    }

    @Test
    void shouldReadIntoPieces() throws Exception {
        Files.writeString(file(), "abcdefghij");
        memory.putLong(1024, memory.address(0, 3));
        memory.putLong(1032, 3);
        memory.putLong(1040, memory.address(100, 5));
        memory.putLong(1048, 5);
        ring.transfer(IoOperation.READV, fd, memory.address(1024, 32), 2, 1, 8);
        awaitResult();
        assertEquals(8, ring.result());
        byte[] pieces = new byte[8];
        memory.getBytes(0, pieces, 0, 3);
        memory.getBytes(100, pieces, 3, 5);
        assertEquals("bcdefghi", new String(pieces));
    }

    @Test
    void shouldSync() {
        ring.sync(fd, 9);
        awaitResult();
        assertEquals(9, ring.tag());
        assertEquals(0, ring.result());
    }

    @Test
    void shouldAllocate() throws Exception {
        ring.allocate(fd, 0, 0, 65536, 9);
        awaitResult();
        assertEquals(0, ring.result());
        assertEquals(65536, Files.size(file()));
    }

    @Test
    void shouldTellTheErrnoOfWhatFails() {
        ring.transfer(IoOperation.READ, -1, memory.address(0, 1), 1, 0, 1);
        awaitResult();
        assertEquals(-9, ring.result());
    }

    @Test
    void shouldEndWithAnErrorWhereTheMemoryIsGone() throws Exception {
        Files.write(file(), new byte[4096]);
        long address = Linux.mmap(0, 4096, 3, 0x22, -1, 0);
        Linux.munmap(address, 4096);
        ring.transfer(IoOperation.READ, fd, address, 4096, 0, 1);
        awaitResult();
        assertEquals(-Linux.EFAULT, ring.result());
    }

    @Test
    void shouldTakeNoMoreThanItHasRoomFor() {
        for (int i = 0; i < ENTRIES; i++) {
            ring.sync(fd, i);
        }
        assertEquals(0, ring.room());
        assertThrows(IllegalStateException.class, () -> ring.sync(fd, 4));
        assertEquals(ENTRIES, ring.submit());
        assertTrue(ring.isAllSubmitted());
        assertEquals(ENTRIES, ring.room());
    }

    @Test
    void shouldEndEachOnceOverManyRoundsOfTheRings() {
        List<Long> tags = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (long round = 0; round < 20; round++) {
            for (long i = 0; i < 3; i++) {
                write(0, 16, 16 * i, 3 * round + i);
                expected.add(3 * round + i);
            }
            for (int i = 0; i < 3; i++) {
                awaitResult();
                tags.add(ring.tag());
            }
        }
        tags.sort(null);
        assertEquals(expected, tags);
        assertFalse(ring.next());
    }

    @Test
    void shouldLoseNoResultWhenMoreEndThanTheRingHolds() {
        // Twice as many results as entries fit; these wait inside the kernel.
        for (int batch = 0; batch < 5; batch++) {
            for (int i = 0; i < ENTRIES; i++) {
                write(0, 16, 0, batch * ENTRIES + i);
            }
            assertEquals(ENTRIES, ring.submit());
        }
        List<Long> tags = new ArrayList<>();
        for (int i = 0; i < 5 * ENTRIES; i++) {
            awaitResult();
            tags.add(ring.tag());
        }
        assertEquals(5 * ENTRIES, tags.stream().distinct().count());
    }

    @Test
    void shouldSignalWhenResultsAreWanted() {
        ring.sync(fd, 1);
        ring.announce(true);
        ring.submit();
        try (Epoll epoll = new Epoll()) {
            epoll.add(announcer.fd(), Epoll.READABLE, 0);
            long endNs = System.nanoTime() + LONG_NS;
            while (!ring.hasResults()) {
                // What the kernel has to do for the ring may end a wait early.
                epoll.await(LONG_NS);
                assertTrue(System.nanoTime() - endNs < 0, "not signalled");
            }
        }
        awaitResult();
        assertEquals(1, ring.tag());
    }

    @Test
    void shouldNotSignalWhenResultsAreNotWanted() {
        ring.sync(fd, 1);
        ring.submit();
        awaitResult();
        assertFalse(announcer.drain());
    }

    @Test
    void shouldReturnFromAWaitInVain() {
        assertEquals(-Linux.ETIME, ring.await(1_000_000));
        assertFalse(ring.next());
    }

    @Test
    void shouldGiveUpWhatCanBeCancelled() {
        // Nobody ever signals this one.
        try (EventFd silent = new EventFd(blockingEventFd())) {
            ring.transfer(IoOperation.READ, silent.fd(), memory.address(0, 8), 8, 0, 5);
            ring.submit();
            ring.cancel(5, 6);
            awaitResult();
            long first = ring.tag();
            awaitResult();
            assertEquals(11, first + ring.tag());
        }
    }

    private static int blockingEventFd() {
        int fd = Linux.check(Linux.eventfd(), "eventfd");
        final int setFlags = 4;
        Linux.check(Linux.fcntl(fd, setFlags, 0), "fcntl");
        return fd;
    }

    @Test
    void shouldBelongToTheThreadThatSubmitsFirst() throws Exception {
        int[] results = new int[1];
        Thread owner =
                new Thread(
                        () -> {
                            ring.sync(fd, 1);
                            awaitResult();
                            results[0] = ring.result() + 1;
                        });
        owner.start();
        owner.join();
        assertEquals(1, results[0]);
    }
}
