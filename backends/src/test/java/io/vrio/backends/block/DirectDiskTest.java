// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O_DIRECT: the page cache is bypassed, whatever the alignment of the request's memory. */
final class DirectDiskTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();
    private final byte[] content = new byte[4 * MIB];
    private FileDisk disk;

    private void open(String io) throws Exception {
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("disk"), content);
        try {
            disk = FileDisk.open(spec(",direct,io=" + io), driver.context());
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

    private FileSpec spec(String options) throws BackendException {
        return (FileSpec) BackendSpec.parse("file:" + folder.resolve("disk") + options);
    }

    /** The first page boundary in the driver's memory. */
    private long pageStart() {
        return -driver.memory().address(0, 4096) & 4095;
    }

    private BlockRequest request(BlockRequestKind kind, long at, int length) {
        BlockRequest request = new BlockRequest();
        request.begin(kind, 8192, length, driver);
        request.data().add(driver.memory(), at, length);
        return request;
    }

    private byte[] memory(long at, int length) {
        byte[] bytes = new byte[length];
        driver.memory().getBytes(at, bytes, 0, length);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldReadIntoAlignedMemory(String io) throws Exception {
        open(io);
        BlockRequest read = request(READ, pageStart(), MIB);
        assertEquals(IoStatus.OK, driver.run(disk.port(), read));
        assertArrayEquals(Arrays.copyOfRange(content, 8192, 8192 + MIB), memory(pageStart(), MIB));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldReadIntoUnalignedMemory(String io) throws Exception {
        open(io);
        BlockRequest read = request(READ, pageStart() + 3, MIB);
        assertEquals(IoStatus.OK, driver.run(disk.port(), read));
        assertArrayEquals(
                Arrays.copyOfRange(content, 8192, 8192 + MIB), memory(pageStart() + 3, MIB));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldWriteFromUnalignedPieces(String io) throws Exception {
        open(io);
        BlockRequest write = new BlockRequest();
        write.begin(WRITE, 4096, 8192, driver);
        driver.memory().fill(1, 100, (byte) 1);
        driver.memory().fill(1001, 8092, (byte) 2);
        write.data().add(driver.memory(), 1, 100);
        write.data().add(driver.memory(), 1001, 8092);
        assertEquals(IoStatus.OK, driver.run(disk.port(), write));
        assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
        Arrays.fill(content, 4096, 4196, (byte) 1);
        Arrays.fill(content, 4196, 12288, (byte) 2);
        assertArrayEquals(content, Files.readAllBytes(folder.resolve("disk")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldExecuteManyRequestsAtOnce(String io) throws Exception {
        open(io);
        BlockRequest[] writes = new BlockRequest[64];
        for (int i = 0; i < writes.length; i++) {
            int at = i * 4096;
            driver.memory().fill(at, 4096, (byte) i);
            writes[i] = new BlockRequest();
            writes[i].begin(WRITE, at, 4096, driver);
            writes[i].data().add(driver.memory(), at, 4096);
            disk.port().submit(writes[i]);
            Arrays.fill(content, at, at + 4096, (byte) i);
        }
        for (BlockRequest write : writes) {
            assertEquals(IoStatus.OK, driver.await(write));
        }
        assertArrayEquals(content, Files.readAllBytes(folder.resolve("disk")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldWriteZeroes(String io) throws Exception {
        open(io);
        assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, 4096, 8192));
        Arrays.fill(content, 4096, 12288, (byte) 0);
        assertArrayEquals(content, Files.readAllBytes(folder.resolve("disk")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uring", "threads"})
    void shouldRefuseBlocksSmallerThanTheDevices(String io) throws Exception {
        open(io);
        int smallest = disk.properties().logicalBlockSize();
        disk.close();
        Files.write(folder.resolve("disk"), new byte[smallest + smallest / 2]);
        assertThrows(
                BackendException.class, () -> FileDisk.open(spec(",direct"), driver.context()));
    }
}
