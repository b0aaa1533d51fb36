// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.backends.block.BackendSpec.FileSpec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest's image is never open in QEMU and here at the same time, unless both only read. */
@Tag("linux")
final class ImageLockTest {
    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();

    @BeforeEach
    void makeImage() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "needs qemu-io (qemu-utils)");
        Files.write(image(), new byte[1 << 20]);
    }

    @AfterEach
    void free() {
        driver.close();
    }

    private Path image() {
        return folder.resolve("disk.img");
    }

    private FileDisk open(String options) throws BackendException {
        return FileDisk.open(
                (FileSpec) BackendSpec.parse("file:" + image() + options), driver.context());
    }

    /** Starts QEMU's I/O tool on the image; it waits for commands and holds its lock meanwhile. */
    private Process startQemu(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        command.addAll(List.of(options));
        command.add(image().toString());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Has it answer one command: from then on it has the image open, or has said why not. */
    private static String ask(Process qemu) throws Exception {
        qemu.getOutputStream().write("length\n".getBytes(StandardCharsets.UTF_8));
        qemu.getOutputStream().flush();
        InputStreamReader output =
                new InputStreamReader(qemu.getInputStream(), StandardCharsets.UTF_8);
        return new BufferedReader(output).readLine();
    }

    private static String openProblem(Process qemu) throws Exception {
        String output = new String(qemu.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, qemu.waitFor(), output);
        return output;
    }

    @Test
    void shouldKeepQemuOffADiskThatIsUsedHere() throws Exception {
        try (FileDisk disk = open("")) {
            assertEquals(1 << 20, disk.properties().capacity());
            assertTrue(openProblem(startQemu()).contains("lock"));
            assertTrue(openProblem(startQemu("-r")).contains("lock"));
        }
    }

    @Test
    void shouldKeepQemuFromWritingADiskThatIsReadHere() throws Exception {
        try (FileDisk disk = open(",readonly")) {
            assertTrue(disk.properties().isReadOnly());
            assertTrue(openProblem(startQemu()).contains("lock"));
            Process reader = startQemu("-r");
            assertTrue(ask(reader).contains("1 MiB"));
            reader.destroy();
        }
    }

    @Test
    void shouldRefuseADiskThatQemuWrites() throws Exception {
        Process qemu = startQemu();
        try {
            assertTrue(ask(qemu).contains("1 MiB"));
            assertThrows(BackendException.class, () -> open(""));
            assertThrows(BackendException.class, () -> open(",readonly"));
        } finally {
            qemu.destroy();
        }
    }

    @Test
    void shouldOnlyReadADiskThatQemuReads() throws Exception {
        Process qemu = startQemu("-r");
        try {
            assertTrue(ask(qemu).contains("1 MiB"));
            assertThrows(BackendException.class, () -> open(""));
            open(",readonly").close();
        } finally {
            qemu.destroy();
        }
    }
}
