// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.DISCARD;
import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.GET_ID;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.FileStatus;
import io.vrio.common.sys.Linux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileDiskTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();

    @AfterEach
    void free() {
        driver.close();
    }

    private FileDisk open(String options) throws BackendException {
        FileSpec spec = (FileSpec) BackendSpec.parse("file:" + image() + options);
        return FileDisk.open(spec, driver.context());
    }

    private Path image() {
        return folder.resolve("disk.img");
    }

    private long allocatedLength() {
        return FileStatus.ofPath(image().toString()).allocatedLength();
    }

    @Test
    void shouldPutWhatIsWrittenWhereItBelongs() throws Exception {
        try (FileDisk disk = open(",size=1M")) {
            driver.memory().fill(0, 4096, (byte) 7);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 8192, 4096));
        }
        byte[] expected = new byte[MIB];
        Arrays.fill(expected, 8192, 12288, (byte) 7);
        assertArrayEquals(expected, Files.readAllBytes(image()));
    }

    @Test
    void shouldReadWhatTheFileHolds() throws Exception {
        byte[] content = new byte[8192];
        Arrays.fill(content, 512, 1024, (byte) 9);
        Files.write(image(), content);
        try (FileDisk disk = open("")) {
            driver.memory().fill(0, 1024, (byte) 1);
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 1024));
        }
        assertEquals(0, driver.memory().getLong(504));
        assertEquals(0x0909090909090909L, driver.memory().getLong(512));
    }

    @Test
    void shouldGatherFromMorePiecesThanOneCallTakes() throws Exception {
        BlockRequest request = new BlockRequest();
        request.begin(WRITE, 512, 3000 * 512, driver);
        for (int i = 0; i < 3000; i++) {
            driver.memory().fill(1024L * i, 512, (byte) i);
            request.data().add(driver.memory(), 1024L * i, 512);
        }
        try (FileDisk disk = open(",size=2M")) {
            assertEquals(IoStatus.OK, driver.run(disk.port(), request));
        }
        byte[] content = Files.readAllBytes(image());
        assertEquals(0, content[511]);
        assertEquals((byte) 1023, content[512 + 1023 * 512]);
        assertEquals((byte) 1024, content[512 + 1024 * 512]);
        assertEquals((byte) 2999, content[512 + 2999 * 512 + 511]);
        assertEquals(0, content[512 + 3000 * 512]);
    }

    @Test
    void shouldMakeASparseFileWhenASizeIsGiven() throws Exception {
        try (FileDisk disk = open(",size=1G")) {
            assertEquals(1 << 30, disk.properties().capacity());
            assertEquals(1 << 30, Files.size(image()));
            assertTrue(disk.allocatedLength() < MIB);
        }
    }

    @Test
    void shouldReserveAllSpaceWhenPreallocated() throws Exception {
        try (FileDisk disk = open(",size=8M,preallocate")) {
            assertTrue(disk.allocatedLength() >= 8 * MIB);
        }
    }

    @Test
    void shouldGiveSpaceBackWhenDiscarded() throws Exception {
        try (FileDisk disk = open(",size=64M")) {
            assertTrue(disk.properties().isDiscardSupported());
            driver.memory().fill(0, 4 * MIB, (byte) 5);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 8 * MIB, 4 * MIB));
            assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
            long before = allocatedLength();
            assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, 9 * MIB, 2 * MIB));
            assertEquals(before - 2 * MIB, allocatedLength());
            assertEquals(64 * MIB, Files.size(image()));
        }
    }

    @Test
    void shouldGiveSpaceBackForZeroesThatMayUnmap() throws Exception {
        try (FileDisk disk = open(",size=4M,preallocate")) {
            BlockRequest request = driver.request(WRITE_ZEROES, 0, 2 * MIB);
            request.allowUnmap(true);
            assertEquals(IoStatus.OK, driver.run(disk.port(), request));
            assertTrue(allocatedLength() <= 2 * MIB);
        }
    }

    @Test
    void shouldZeroExactlyTheRange() throws Exception {
        byte[] content = new byte[4 * MIB];
        Arrays.fill(content, (byte) 3);
        Files.write(image(), content);
        try (FileDisk disk = open("")) {
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, 512, 2 * MIB + 512));
            assertEquals(4 * MIB, disk.allocatedLength());
        }
        Arrays.fill(content, 512, 2 * MIB + 1024, (byte) 0);
        assertArrayEquals(content, Files.readAllBytes(image()));
    }

    @Test
    void shouldEndWithAnErrorWhenTheMemoryIsGone() throws Exception {
        long address = Linux.mmap(0, 4096, 3, 0x22, -1, 0);
        MemorySlice gone = new MemorySlice(address, 4096);
        Linux.munmap(address, 4096);
        Files.write(image(), new byte[8192]);
        try (FileDisk disk = open("")) {
            BlockRequest read = new BlockRequest();
            read.begin(READ, 0, 4096, driver);
            read.data().add(gone, 0, 4096);
            assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), read));
            BlockRequest write = new BlockRequest();
            write.begin(WRITE, 0, 4096, driver);
            write.data().add(gone, 0, 4096);
            assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), write));
        }
    }

    @Test
    void shouldEndWithAnErrorWhenSomebodyCutTheFileShort() throws Exception {
        try (FileDisk disk = open(",size=1M")) {
            Files.write(image(), new byte[4096]);
            assertEquals(IoStatus.IO_ERROR, driver.run(disk.port(), READ, 2048, 4096));
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 4096));
        }
    }

    @Test
    void shouldRefuseWhatReachesPastTheEnd() throws Exception {
        try (FileDisk disk = open(",size=1M")) {
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), WRITE, MIB - 512, 1024));
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, 100, 512));
            assertEquals(
                    IoStatus.OUT_OF_RANGE,
                    driver.run(disk.port(), DISCARD, 512, Long.MAX_VALUE - 511));
            assertEquals(MIB, Files.size(image()));
        }
    }

    @Test
    void shouldRefuseEveryChangeWhenReadOnly() throws Exception {
        Files.write(image(), new byte[4096]);
        try (FileDisk disk = open(",readonly")) {
            assertTrue(disk.properties().isReadOnly());
            assertEquals(IoStatus.READ_ONLY, driver.run(disk.port(), WRITE, 0, 512));
            assertEquals(IoStatus.READ_ONLY, driver.run(disk.port(), DISCARD, 0, 512));
            assertEquals(IoStatus.READ_ONLY, driver.run(disk.port(), WRITE_ZEROES, 0, 512));
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 512));
            assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
        }
    }

    @Test
    void shouldTellItsSerial() throws Exception {
        try (FileDisk disk = open(",size=1M,serial=ROOT-1")) {
            driver.memory().fill(0, 24, (byte) 1);
            assertEquals(IoStatus.OK, driver.run(disk.port(), GET_ID, 0, 20));
        }
        byte[] answer = new byte[24];
        driver.memory().getBytes(0, answer, 0, 24);
        String expected = "ROOT-1" + "\0".repeat(14) + "\1\1\1\1";
        assertEquals(expected, new String(answer, StandardCharsets.US_ASCII));
    }

    @Test
    void shouldKeepItsDefaultSerialOverAReopen() throws Exception {
        String first;
        try (FileDisk disk = open(",size=1M")) {
            first = disk.properties().serial();
        }
        try (FileDisk disk = open("")) {
            assertEquals(first, disk.properties().serial());
            assertEquals(20, first.length());
        }
    }

    @Test
    void shouldKeepItsIdentityUntilItIsAnotherFile() throws Exception {
        String first;
        try (FileDisk disk = open(",size=1M")) {
            first = disk.identity();
        }
        try (FileDisk disk = open("")) {
            assertEquals(first, disk.identity());
        }
        Files.move(image(), folder.resolve("old"));
        try (FileDisk disk = open(",size=1M")) {
            assertNotEquals(first, disk.identity());
        }
    }

    @Test
    void shouldGrowAndTellTheListener() throws Exception {
        try (FileDisk disk = open(",size=1M")) {
            long[] told = new long[1];
            disk.onPropertiesChange(() -> told[0] = disk.properties().capacity());
            disk.resize(2 * MIB, false);
            assertEquals(2 * MIB, told[0]);
            assertEquals(2 * MIB, Files.size(image()));
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 2 * MIB - 512, 512));
        }
    }

    @Test
    void shouldShrinkOnlyWhenAsked() throws Exception {
        try (FileDisk disk = open(",size=2M")) {
            assertThrows(BackendException.class, () -> disk.resize(MIB, false));
            assertEquals(2 * MIB, Files.size(image()));
            disk.resize(MIB, true);
            assertEquals(MIB, Files.size(image()));
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, MIB, 512));
        }
    }

    @Test
    void shouldReserveWhatAPreallocatedDiskGrowsBy() throws Exception {
        try (FileDisk disk = open(",size=1M,preallocate")) {
            disk.resize(4 * MIB, false);
            assertTrue(disk.allocatedLength() >= 4 * MIB);
        }
    }
}
