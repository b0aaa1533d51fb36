// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.DISCARD;
import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.IoStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File disks on real file systems that are full, small or read-only, and on a block device. */
@Tag("root")
final class FileDiskRootTest {
    private static final int MIB = 1 << 20;

    @TempDir Path scratch;
    private final DiskDriver driver = new DiskDriver();

    @BeforeEach
    void requireRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount");
    }

    @AfterEach
    void free() {
        driver.close();
    }

    private FileDisk open(Path path, String options) throws BackendException {
        return FileDisk.open(
                (FileSpec) BackendSpec.parse("file:" + path + options), driver.context());
    }

    private String problem(Path path, String options) {
        return assertThrows(BackendException.class, () -> open(path, options)).getMessage();
    }

    private static long fileCount(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("lost+found")).count();
        }
    }

    @Test
    void shouldTellTheGuestThatTheFileSystemIsFull() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.tmpfs("4M")) {
            Files.write(small.folder().resolve("other"), new byte[3 * MIB]);
            try (FileDisk disk = open(small.folder().resolve("disk"), ",size=4M")) {
                assertEquals(IoStatus.NO_SPACE, driver.run(disk.port(), WRITE, 0, 2 * MIB));
                assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 2 * MIB, 4096));
                assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, 0, 4 * MIB));
                assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 0, MIB / 2));
            }
        }
    }

    @Test
    void shouldTellTheGuestOfADirectDiskThatTheFileSystemIsFull() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.ext4(32 * MIB)) {
            Files.write(small.folder().resolve("other"), new byte[20 * MIB]);
            Path path = small.folder().resolve("disk");
            try (FileDisk disk = open(path, ",size=16M,direct,io=uring")) {
                assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 0, MIB));
                driver.run(disk.port(), WRITE, MIB, 7 * MIB);
                assertEquals(IoStatus.NO_SPACE, driver.run(disk.port(), WRITE, 8 * MIB, 8 * MIB));
                assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, MIB));
                assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, MIB, 8 * MIB));
                assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, MIB, MIB));
            }
        }
    }

    @Test
    void shouldRefuseADiskLargerThanItsFileSystem() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.tmpfs("4M")) {
            String problem = problem(small.folder().resolve("disk"), ",size=8M");
            assertTrue(
                    problem.contains("8388608 bytes are more than its whole file system has"),
                    problem);
            assertEquals(0, fileCount(small.folder()));
        }
    }

    @Test
    void shouldRefuseToGrowLargerThanTheFileSystem() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.tmpfs("4M");
                FileDisk disk = open(small.folder().resolve("disk"), ",size=2M")) {
            assertThrows(BackendException.class, () -> disk.resize(8 * MIB, false));
            assertEquals(2 * MIB, disk.properties().capacity());
            assertEquals(2 * MIB, Files.size(small.folder().resolve("disk")));
        }
    }

    @Test
    void shouldRefuseToPreallocateMoreThanIsFree() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.ext4(32 * MIB)) {
            Files.write(small.folder().resolve("other"), new byte[16 * MIB]);
            Path path = small.folder().resolve("disk");
            String problem = problem(path, ",size=20M,preallocate");
            assertTrue(problem.contains("preallocate needs 20971520 bytes more"), problem);
            assertEquals(1, fileCount(small.folder()));
            try (FileDisk disk = open(path, ",size=4M,preallocate")) {
                assertThrows(BackendException.class, () -> disk.resize(24 * MIB, false));
                assertEquals(4 * MIB, Files.size(path));
                assertTrue(disk.allocatedLength() < 5 * MIB);
            }
        }
    }

    @Test
    void shouldUseAReadOnlyFileSystemOnlyWhenTold() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.ext4(16 * MIB)) {
            Path path = Files.write(small.folder().resolve("disk"), new byte[MIB]);
            small.remountReadOnly();
            assertEquals(path + ": its file system is read-only; say readonly", problem(path, ""));
            Path other = small.folder().resolve("other");
            assertTrue(problem(other, ",size=1M").contains("its file system is read-only"));
            try (FileDisk disk = open(path, ",readonly")) {
                assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 4096));
            }
        }
    }

    @Test
    void shouldRefuseADeviceThatIsMounted() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.ext4(16 * MIB)) {
            String problem = problem(small.device(), "");
            assertTrue(
                    problem.endsWith("is mounted or used by the kernel; release it first"),
                    problem);
        }
    }

    @Test
    void shouldRefuseAnImmutableFile() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.ext4(16 * MIB)) {
            Path path = Files.write(small.folder().resolve("disk"), new byte[MIB]);
            assumeTrue(SmallFileSystem.run(List.of("chattr", "+i", path.toString())).isEmpty());
            assertTrue(problem(path, "").contains("no permission to write it"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",direct,io=uring", ",direct,io=threads"})
    void shouldUseABlockDevice(String options) throws Exception {
        Path image = Files.write(scratch.resolve("image"), new byte[8 * MIB]);
        Process losetup =
                new ProcessBuilder("losetup", "--find", "--show", image.toString()).start();
        Path device =
                Path.of(
                        new String(losetup.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                                .strip());
        assumeTrue(losetup.waitFor() == 0, "cannot make a loop device");
        try (FileDisk disk = open(device, options)) {
            assertEquals(8 * MIB, disk.properties().capacity());
            assertTrue(disk.properties().isDiscardSupported());
            driver.memory().fill(0, MIB, (byte) 6);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, MIB, MIB));
            assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
            assertEquals(6, Files.readAllBytes(image)[MIB]);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, MIB, 4096));
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, MIB, 8192));
            assertEquals(0, driver.memory().getLong(4088));
            assertEquals(0x0606060606060606L, driver.memory().getLong(4096));
            assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, 0, 8 * MIB));
            assertThrows(BackendException.class, () -> disk.resize(16 * MIB, false));
            assertTrue(problem(device, "").contains("is mounted or used"), "opened twice");
        } finally {
            SmallFileSystem.run(List.of("losetup", "-d", device.toString()));
        }
    }
}
