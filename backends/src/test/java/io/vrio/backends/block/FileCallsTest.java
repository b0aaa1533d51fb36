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
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import io.vrio.common.sys.FileSystemStatus;
import io.vrio.common.sys.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file disk asks of the kernel, and what it makes of the answers. */
final class FileCallsTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();
    private final RecordingCalls calls = new RecordingCalls();
    private FileDisk disk;

    @BeforeEach
    void open() throws Exception {
        byte[] content = new byte[4 * MIB];
        Arrays.fill(content, (byte) 3);
        Files.write(image(), content);
        FileSpec spec = (FileSpec) BackendSpec.parse("file:" + image());
        disk = FileDisk.open(spec, driver.context(), calls);
    }

    @AfterEach
    void close() {
        disk.close();
        driver.close();
    }

    private Path image() {
        return folder.resolve("disk.img");
    }

    private void assumeFlushesWait() {
        int fd = Linux.open(folder.toString(), Linux.O_RDONLY, 0);
        boolean isMemory = FileSystemStatus.ofDescriptor(fd).isMemory();
        Linux.close(fd);
        assumeFalse(isMemory, "the temporary folder is a tmpfs, where flushes do not wait");
    }

    @Test
    void shouldSyncForEachFlush() throws Exception {
        assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
        assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
        assertEquals(2, calls.syncs.get());
    }

    @Test
    void shouldNotSyncForAWrite() throws Exception {
        driver.run(disk.port(), WRITE, 0, 4096);
        assertEquals(0, calls.syncs.get());
    }

    @Test
    void shouldNotEndAFlushBeforeTheSyncHasEnded() throws Exception {
        assumeFlushesWait();
        calls.syncGate.drainPermits();
        BlockRequest flush = driver.request(FLUSH, 0, 0);
        disk.port().submit(flush);
        assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 0, 512));
        assertFalse(driver.hasEnded(flush));
        calls.syncGate.release();
        assertEquals(IoStatus.OK, driver.await(flush));
    }

    @Test
    void shouldSyncAgainForFlushesThatCameWhileASyncRan() throws Exception {
        assumeFlushesWait();
        calls.syncGate.drainPermits();
        BlockRequest first = driver.request(FLUSH, 0, 0);
        BlockRequest second = driver.request(FLUSH, 0, 0);
        BlockRequest third = driver.request(FLUSH, 0, 0);
        disk.port().submit(first);
        disk.port().submit(second);
        disk.port().submit(third);
        calls.syncGate.release();
        driver.await(first);
        assertFalse(driver.hasEnded(second));
        calls.syncGate.release();
        driver.await(second);
        assertEquals(IoStatus.OK, driver.await(third));
        assertEquals(2, calls.syncs.get());
    }

    @Test
    void shouldNeverBelieveAFlushAgainAfterOneHasFailed() throws Exception {
        assumeFlushesWait();
        calls.nextSync(-Linux.EIO);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), FLUSH, 0, 0));
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), FLUSH, 0, 0));
        assertTrue(disk.failure().startsWith("a flush failed"));
        assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 512));
    }

    @Test
    void shouldEndAbandonedFlushesOnce() throws Exception {
        assumeFlushesWait();
        calls.syncGate.drainPermits();
        BlockRequest first = driver.request(FLUSH, 0, 0);
        BlockRequest second = driver.request(FLUSH, 0, 0);
        disk.port().submit(first);
        disk.port().submit(second);
        calls.syncGate.release();
        disk.abandonRequests();
        assertTrue(driver.hasEnded(first));
        assertEquals(IoStatus.IO_ERROR, driver.await(first));
        assertEquals(IoStatus.IO_ERROR, driver.await(second));
        assertNull(disk.failure());
        calls.syncGate.release(2);
        assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
    }

    @Test
    void shouldGoOnAfterAShortRead() throws Exception {
        calls.cacheOnlyBefore(0);
        calls.nextTransfer(100).nextTransfer(-Linux.EINTR).nextTransfer(1);
        assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 4096));
        assertEquals(0x0303030303030303L, driver.memory().getLong(4088));
        assertEquals(4, calls.reads.get());
    }

    @Test
    void shouldGoOnAfterAShortWrite() throws Exception {
        driver.memory().fill(0, 4096, (byte) 8);
        calls.nextTransfer(1000).nextTransfer(-Linux.EINTR);
        assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 512, 4096));
        byte[] content = Files.readAllBytes(image());
        assertEquals(3, content[511]);
        assertEquals(8, content[512 + 1000]);
        assertEquals(8, content[512 + 4095]);
        assertEquals(3, content[512 + 4096]);
    }

    @Test
    void shouldGiveUpWhenInterruptedForEver() throws Exception {
        for (int i = 0; i < 1100; i++) {
            calls.nextTransfer(-Linux.EINTR);
        }
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), WRITE, 0, 512));
    }

    @Test
    void shouldTellAFullFileSystemFromABrokenOne() throws Exception {
        calls.nextTransfer(512).nextTransfer(-Linux.ENOSPC);
        assertEquals(IoStatus.NO_SPACE, driver.run(disk.port(), WRITE, 0, 4096));
        calls.nextTransfer(-Linux.EDQUOT);
        assertEquals(IoStatus.NO_SPACE, driver.run(disk.port(), WRITE, 0, 4096));
        calls.nextTransfer(-Linux.EIO);
        assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), WRITE, 0, 4096));
    }

    @Test
    void shouldReadOnTheWorkerWhatThePageCacheHolds() {
        BlockRequest read = driver.request(READ, 0, 4096);
        disk.port().submit(read);
        assertTrue(driver.hasEnded(read));
        assertEquals(0, calls.reads.get());
    }

    @Test
    void shouldReadElsewhereWhatThePageCacheLacks() throws Exception {
        calls.cacheOnlyBefore(1024);
        BlockRequest read = driver.request(READ, 512, 4096);
        disk.port().submit(read);
        assertFalse(driver.hasEnded(read));
        assertEquals(IoStatus.OK, driver.await(read));
        byte[] got = new byte[4096];
        driver.memory().getBytes(0, got, 0, 4096);
        byte[] expected = new byte[4096];
        Arrays.fill(expected, (byte) 3);
        assertArrayEquals(expected, got);
        assertEquals(1, calls.reads.get());
    }

    @Test
    void shouldWriteZeroesWhereNothingElseIsSupported() throws Exception {
        calls.allocateAnswers(-Linux.EOPNOTSUPP);
        BlockRequest request = driver.request(WRITE_ZEROES, 512, 2 * MIB + 1024);
        request.allowUnmap(true);
        assertEquals(IoStatus.OK, driver.run(disk.port(), request));
        byte[] content = Files.readAllBytes(image());
        byte[] expected = new byte[4 * MIB];
        Arrays.fill(expected, (byte) 3);
        Arrays.fill(expected, 512, 2 * MIB + 1536, (byte) 0);
        assertArrayEquals(expected, content);
        assertEquals(1, calls.punches.get());
        assertEquals(1, calls.zeroRanges.get());
    }

    @Test
    void shouldKeepTheSpaceOfZeroesThatMayNotUnmap() throws Exception {
        assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, 0, MIB));
        assertEquals(0, calls.punches.get());
        assertEquals(4 * MIB, disk.allocatedLength());
    }

    @Test
    void shouldTellThatAFileSystemCannotDiscard() throws Exception {
        calls.allocateAnswers(-Linux.EOPNOTSUPP);
        assertEquals(IoStatus.UNSUPPORTED, driver.run(disk.port(), DISCARD, 0, MIB));
    }

    @Test
    void shouldRefuseToShrinkWhileASlowRequestIsUnderWay() throws Exception {
        assumeFlushesWait();
        calls.syncGate.drainPermits();
        BlockRequest flush = driver.request(FLUSH, 0, 0);
        disk.port().submit(flush);
        String problem =
                assertThrows(BackendException.class, () -> disk.resize(MIB, true)).getMessage();
        assertTrue(problem.contains("try again"), problem);
        calls.syncGate.release();
        driver.await(flush);
        disk.resize(MIB, true);
        assertEquals(MIB, Files.size(image()));
    }
}
