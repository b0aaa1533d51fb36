// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStatusTest {
    @TempDir Path folder;

    @Test
    void shouldTellTheLengthOfASparseFileFromItsAllocation() throws Exception {
        Path file = folder.resolve("sparse");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1 << 30);
            sparse.write(1);
            sparse.getFD().sync();
        }
        FileStatus status = FileStatus.ofPath(file.toString());
        assertEquals(FileStatus.Kind.REGULAR, status.kind());
        assertEquals(1 << 30, status.length());
        assertTrue(status.allocatedLength() > 0, status.toString());
        assertTrue(status.allocatedLength() < 1 << 20, status.toString());
    }

    @Test
    void shouldTellTheSameOfAPathAndOfItsDescriptor() throws Exception {
        Path file = Files.write(folder.resolve("f"), new byte[1000]);
        int fd = Linux.check(Linux.open(file.toString(), Linux.O_RDONLY, 0), "open");
        try {
            assertEquals(FileStatus.ofPath(file.toString()), FileStatus.ofDescriptor(fd));
        } finally {
            Linux.close(fd);
        }
    }

    @Test
    void shouldTellAFolderFromADevice() {
        assertEquals(FileStatus.Kind.DIRECTORY, FileStatus.ofPath(folder.toString()).kind());
        assertEquals(FileStatus.Kind.OTHER, FileStatus.ofPath("/dev/null").kind());
        assertEquals("1:3", FileStatus.ofPath("/dev/null").device());
    }

    @Test
    void shouldSayWhichFileIsMissing() {
        ErrnoException failure =
                assertThrows(ErrnoException.class, () -> FileStatus.ofPath("/no/such"));
        assertEquals(Linux.ENOENT, failure.errno());
    }

    @Test
    void shouldTellTheSizeOfAFileSystem() throws Exception {
        int fd = Linux.check(Linux.open(folder.toString(), Linux.O_RDONLY, 0), "open");
        try {
            FileSystemStatus status = FileSystemStatus.ofDescriptor(fd);
            long expected = Files.getFileStore(folder).getTotalSpace();
            assertEquals(expected, status.totalLength());
        } finally {
            Linux.close(fd);
        }
    }
}
