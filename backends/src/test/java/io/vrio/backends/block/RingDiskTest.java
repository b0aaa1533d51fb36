// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.DISCARD;
import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.FileStatus;
import io.vrio.common.sys.Linux;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a direct disk asks of its worker's io_uring, and what it makes of the answers. */
@Timeout(60)
final class RingDiskTest {
    private static final int MIB = 1 << 20;
    private static final int BLOCK = 4096;

    @TempDir Path folder;
    private final ScriptedQueue queue = new ScriptedQueue();
    private final DiskDriver driver = new DiskDriver(queue::open);
    private final byte[] content = new byte[4 * MIB];
    private FileDisk disk;

    @BeforeEach
    void open() throws Exception {
        new Random(1).nextBytes(content);
        Files.write(image(), content);
        try {
            disk = open(image());
        } catch (BackendException e) {
            abort("not in the temporary folder: " + e.getMessage());
        }
    }

    @AfterEach
    void close() {
        if (disk != null) {
            disk.close();
        }
        driver.close();
    }

    private FileDisk open(Path file) throws BackendException {
        return FileDisk.open(spec(file, ",direct,io=uring"), driver.context());
    }

    private static FileSpec spec(Path file, String options) throws BackendException {
        return (FileSpec) BackendSpec.parse("file:" + file + options);
    }

    private Path image() {
        return folder.resolve("disk.img");
    }

    /** A block of the driver's memory, aligned to a page but for {@code shift} bytes. */
    private long block(int index, int shift) {
        return (-driver.memory().address(0, BLOCK) & (BLOCK - 1)) + (long) index * BLOCK + shift;
    }

    private BlockRequest request(BlockRequestKind kind, long offset, long at, int length) {
        BlockRequest request = new BlockRequest();
        request.begin(kind, offset, length, driver);
        request.data().add(driver.memory(), at, length);
        return request;
    }

    /** Reads of one block each, all submitted; the disk's first blocks. */
    private BlockRequest[] submitReads(int count, int shift) {
        BlockRequest[] reads =
                IntStream.range(0, count)
                        .mapToObj(i -> request(READ, (long) i * BLOCK, block(i, shift), BLOCK))
                        .toArray(BlockRequest[]::new);
        Arrays.stream(reads).forEach(disk.port()::submit);
        return reads;
    }

    private void assertAllEnd(BlockRequest[] requests, IoStatus status) throws Exception {
        for (BlockRequest request : requests) {
            assertEquals(status, driver.await(request));
        }
    }

    private byte[] memory(long at, int length) {
        byte[] bytes = new byte[length];
        driver.memory().getBytes(at, bytes, 0, length);
        return bytes;
    }

    @Test
    void shouldSubmitAllOfADutyCycleWithOneCall() throws Exception {
        BlockRequest[] reads = submitReads(32, 0);
        assertEquals(0, queue.submits);
        driver.runRound();
        assertEquals(1, queue.submits);
        assertAllEnd(reads, IoStatus.OK);
        assertArrayEquals(Arrays.copyOf(content, 32 * BLOCK), memory(block(0, 0), 32 * BLOCK));
    }

    @Test
    void shouldExecuteMoreThanTheRingTakes() throws Exception {
        assertAllEnd(submitReads(1000, 0), IoStatus.OK);
        assertArrayEquals(Arrays.copyOf(content, 1000 * BLOCK), memory(block(0, 0), 1000 * BLOCK));
    }

    @Test
    void shouldExecuteMoreUnalignedOnesThanItHasBuffers() throws Exception {
        assertAllEnd(submitReads(1000, 1), IoStatus.OK);
        assertArrayEquals(Arrays.copyOf(content, 1000 * BLOCK), memory(block(0, 1), 1000 * BLOCK));
    }

    @Test
    void shouldLeaveLongUnalignedOnesToThreads() throws Exception {
        byte[] written = new byte[MIB];
        new Random(2).nextBytes(written);
        driver.memory().putBytes(block(0, 5), written, 0, MIB);
        assertEquals(IoStatus.OK, driver.run(disk.port(), request(WRITE, MIB, block(0, 5), MIB)));
        System.arraycopy(written, 0, content, MIB, MIB);
        assertArrayEquals(content, Files.readAllBytes(image()));
        assertEquals(0, queue.operations);
    }

    @Test
    void shouldGatherFromMorePiecesThanOneCallTakes() throws Exception {
        BlockRequest write = new BlockRequest();
        write.begin(WRITE, BLOCK, 1500 * 512, driver);
        for (int i = 0; i < 1500; i++) {
            long at = block(0, 0) + 1024L * i;
            driver.memory().fill(at, 512, (byte) i);
            write.data().add(driver.memory(), at, 512);
            Arrays.fill(content, BLOCK + 512 * i, BLOCK + 512 * i + 512, (byte) i);
        }
        assertEquals(IoStatus.OK, driver.run(disk.port(), write));
        assertArrayEquals(content, Files.readAllBytes(image()));
    }

    @Test
    void shouldGoOnAfterAShortTransfer() throws Exception {
        queue.nextResult(BLOCK).nextResult(2 * BLOCK);
        BlockRequest read = request(READ, 0, block(0, 0), 4 * BLOCK);
        assertEquals(IoStatus.OK, driver.run(disk.port(), read));
        assertArrayEquals(Arrays.copyOf(content, 4 * BLOCK), memory(block(0, 0), 4 * BLOCK));
        assertEquals(3, queue.operations);
    }

    @Test
    void shouldLeaveTheRestToThreadsWhereTheKernelGivesUp() throws Exception {
        queue.nextResult(BLOCK).nextResult(-Linux.EAGAIN);
        BlockRequest read = request(READ, 0, block(0, 0), 4 * BLOCK);
        assertEquals(IoStatus.OK, driver.run(disk.port(), read));
        assertArrayEquals(Arrays.copyOf(content, 4 * BLOCK), memory(block(0, 0), 4 * BLOCK));
        queue.nextResult(BLOCK).nextResult(-Linux.EINTR);
        driver.memory().fill(block(0, 0), 4 * BLOCK, (byte) 3);
        BlockRequest write = request(WRITE, BLOCK, block(0, 0), 4 * BLOCK);
        assertEquals(IoStatus.OK, driver.run(disk.port(), write));
        Arrays.fill(content, BLOCK, 5 * BLOCK, (byte) 3);
        assertArrayEquals(content, Files.readAllBytes(image()));
    }

    @Test
    void shouldTellAFullFileSystemFromABrokenOne() throws Exception {
        queue.nextResult(-Linux.ENOSPC).nextResult(-Linux.EIO);
        BlockRequest first = request(WRITE, 0, block(0, 0), BLOCK);
        assertEquals(IoStatus.NO_SPACE, driver.run(disk.port(), first));
        BlockRequest second = request(WRITE, 0, block(0, 1), BLOCK);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), second));
        assertAllEnd(submitReads(100, 1), IoStatus.OK);
    }

    @Test
    void shouldEndWithAnErrorWhenSomebodyCutTheFileShort() throws Exception {
        try (FileChannel file = FileChannel.open(image(), StandardOpenOption.WRITE)) {
            file.truncate(BLOCK);
        }
        BlockRequest read = request(READ, 0, block(0, 0), 2 * BLOCK);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), read));
    }

    @Test
    void shouldEndWithAnErrorWhenTheMemoryIsGone() throws Exception {
        long address = Linux.mmap(0, BLOCK, 3, 0x22, -1, 0);
        MemorySlice gone = new MemorySlice(address, BLOCK);
        Linux.munmap(address, BLOCK);
        BlockRequest read = new BlockRequest();
        read.begin(READ, 0, BLOCK, driver);
        read.data().add(gone, 0, BLOCK);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), read));
    }

    @Test
    void shouldEndAnUnalignedRequestWhoseMemoryHasVanishedAndTellTheWorker() throws Exception {
        int fd = Linux.memfdCreate("vanishing");
        Linux.ftruncate(fd, 2 * BLOCK);
        long address = Linux.mmap(0, 2 * BLOCK, 3, 1, fd, 0);
        MemorySlice memory = new MemorySlice(address, 2 * BLOCK);
        MemoryFaults.onMapped();
        Linux.ftruncate(fd, 0);
        BlockRequest write = new BlockRequest();
        write.begin(WRITE, 0, BLOCK, driver);
        write.data().add(memory, 1, BLOCK);
        assertThrows(InternalError.class, () -> disk.port().submit(write));
        assertEquals(IoStatus.IO_ERROR, driver.await(write));
        assertArrayEquals(content, Files.readAllBytes(image()));
        assertAllEnd(submitReads(100, 1), IoStatus.OK);
        Linux.munmap(address, 2 * BLOCK);
        MemoryFaults.onUnmapped();
        Linux.close(fd);
    }

    @Test
    void shouldKeepWhatTheKernelDoesNotTake() throws Exception {
        queue.refuseSubmits(5);
        BlockRequest[] reads = submitReads(40, 0);
        driver.runRound();
        assertFalse(driver.ring().prepareToBlock());
        driver.ring().onWake();
        assertAllEnd(reads, IoStatus.OK);
        assertArrayEquals(Arrays.copyOf(content, 40 * BLOCK), memory(block(0, 0), 40 * BLOCK));
    }

    @Test
    void shouldMakeWritesDurableWithAFlush() throws Exception {
        driver.memory().fill(block(0, 0), BLOCK, (byte) 9);
        BlockRequest write = request(WRITE, 0, block(0, 0), BLOCK);
        assertEquals(IoStatus.OK, driver.run(disk.port(), write));
        assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
        assertEquals(2, queue.operations);
    }

    @Test
    void shouldNeverBelieveAFlushAgainAfterOneHasFailed() throws Exception {
        queue.nextResult(-Linux.EIO);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), FLUSH, 0, 0));
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), FLUSH, 0, 0));
        assertTrue(disk.failure().startsWith("a flush failed"));
    }

    @Test
    void shouldKnowOfAFailedFlushThatWasAbandoned() {
        queue.nextResult(-Linux.EIO);
        disk.port().submit(driver.request(FLUSH, 0, 0));
        disk.abandonRequests();
        assertTrue(disk.failure().startsWith("a flush failed"));
    }

    @Test
    void shouldGiveSpaceBackWhenDiscarded() throws Exception {
        long before = FileStatus.ofPath(image().toString()).allocatedLength();
        assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, MIB, 2 * MIB));
        long after = FileStatus.ofPath(image().toString()).allocatedLength();
        assertEquals(before - 2 * MIB, after);
        assertEquals(1, queue.operations);
    }

    @Test
    void shouldWriteZeroesWhereTheFileSystemCannotMakeThem() throws Exception {
        queue.nextResult(-Linux.EOPNOTSUPP);
        assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, BLOCK, MIB));
        Arrays.fill(content, BLOCK, BLOCK + MIB, (byte) 0);
        assertArrayEquals(content, Files.readAllBytes(image()));
    }

    @Test
    void shouldEndWhatHasNoLengthAtOnce() {
        BlockRequest empty = driver.request(DISCARD, MIB, 0);
        disk.port().submit(empty);
        assertTrue(driver.hasEnded(empty));
    }

    @Test
    void shouldEndAbandonedRequestsWhenTheKernelHasLetGoOfThem() throws Exception {
        BlockRequest[] reads = submitReads(300, 0);
        queue.delayResults(3);
        driver.runRound();
        assertThrows(IllegalStateException.class, disk::close);
        disk.abandonRequests();
        assertAllEnd(reads, IoStatus.IO_ERROR);
        driver.memory().fill(0, 2 * MIB, (byte) 1);
        assertAllEnd(submitReads(10, 0), IoStatus.OK);
        assertEquals(0, driver.leftOverCount());
    }

    @Test
    void shouldNotLoseResultsOfAnotherDiskWhenOneIsAbandoned() throws Exception {
        Path second = Files.write(folder.resolve("second.img"), new byte[MIB]);
        try (FileDisk other = open(second)) {
            BlockRequest abandoned = request(READ, 0, block(0, 0), BLOCK);
            disk.port().submit(abandoned);
            BlockRequest[] reads =
                    Stream.generate(() -> request(READ, 0, block(1, 0), BLOCK))
                            .limit(20)
                            .toArray(BlockRequest[]::new);
            Arrays.stream(reads).forEach(other.port()::submit);
            queue.delayResults(2);
            disk.abandonRequests();
            assertTrue(driver.hasEnded(abandoned));
            assertEquals(IoStatus.IO_ERROR, driver.await(abandoned));
            assertAllEnd(reads, IoStatus.OK);
        }
    }

    @Test
    void shouldShrinkOnlyWhenNothingIsUnderWay() throws Exception {
        BlockRequest[] reads = submitReads(1, 0);
        assertThrows(BackendException.class, () -> disk.resize(MIB, true));
        assertAllEnd(reads, IoStatus.OK);
        disk.resize(MIB, true);
        disk.resize(2 * MIB, false);
        BlockRequest read = request(READ, MIB, block(0, 0), BLOCK);
        assertEquals(IoStatus.OK, driver.run(disk.port(), read));
        assertArrayEquals(new byte[BLOCK], memory(block(0, 0), BLOCK));
    }
}
