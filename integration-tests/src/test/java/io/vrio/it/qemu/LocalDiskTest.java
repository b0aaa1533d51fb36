// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock drivers, Linux's and SeaBIOS's, on disks of {@code vrio local}. */
@Tag("qemu")
@Timeout(180)
class LocalDiskTest {
    private static final long DISK_BYTES = 256L << 20;

    @TempDir private Path folder;

    private Path socket;
    private Path image;
    private VrioDaemon daemon;

    @BeforeAll
    static void prepareGuest() throws Exception {
        GuestBoot.prepare();
    }

    @BeforeEach
    void makeDisk() throws IOException {
        socket = folder.resolve("disk.sock");
        image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
    }

    @AfterEach
    void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private void serve(String... options) throws IOException {
        String[] arguments =
                Stream.concat(
                                Stream.of(
                                        "local",
                                        "--socket-path",
                                        socket.toString(),
                                        "--blk-file",
                                        image.toString()),
                                Stream.of(options))
                        .toArray(String[]::new);
        daemon = VrioDaemon.start(folder.resolve("vrio.log"), List.of(), arguments);
    }

    @Test
    void shouldFindTheFilesAgainAfterPowerOff() throws Exception {
        serve();
        GuestReport written = GuestBoot.on(socket).scenario("format-and-write").assertPassed();
        daemon.close();

        serve();
        GuestReport found = GuestBoot.on(socket).scenario("verify").assertPassed();
        assertEquals(checksums(written), checksums(found));
    }

    private static List<String> checksums(GuestReport report) {
        return report.words().stream().filter(word -> word.startsWith("sha256 ")).toList();
    }

    @Test
    void shouldGiveBackWhatParallelWritersWrote() throws Exception {
        serve();
        GuestBoot.on(socket).with("--queues", "2").scenario("stress").assertPassed();
    }

    @Test
    void shouldGiveDiscardedSpaceBackToTheHost() throws Exception {
        serve();
        GuestReport report = GuestBoot.on(socket).scenario("discard").assertPassed();
        assertTrue(report.words().contains("discarded blocks read as zeroes"));
    }

    @Test
    void shouldTellTheGuestTheSizeOfTheDisk() throws Exception {
        serve();
        GuestReport report = GuestBoot.on(socket).scenario("info").assertPassed();
        assertEquals(Long.toString(DISK_BYTES / 512), report.attribute("size"));
        assertEquals("0", report.attribute("ro"));
    }

    @Test
    void shouldRefuseWritesToReadOnlyDisk() throws Exception {
        serve("--read-only");
        GuestBoot.on(socket).scenario("readonly").assertPassed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable-legacy=on", "disable-modern=on", "queue-size=16"})
    void shouldBootSeabios(String deviceOption) throws Exception {
        Files.delete(image);
        GuestBoot.makeSeabiosImage(image);
        serve("--read-only");
        GuestBoot.on(socket).with("--device-option", deviceOption).fromDisk().assertPassed();
    }

    @Test
    void shouldServePackedRings() throws Exception {
        serve();

        GuestBoot.on(socket)
                .with("--queues", "2", "--device-option", "packed=on")
                .scenario("stress")
                .assertPassed();

        String log = Files.readString(folder.resolve("vrio.log"));
        assertTrue(log.contains("vring=1 started size=128 format=PACKED"), log);
    }

    @Test
    void shouldServeLegacyLinuxDriver() throws Exception {
        serve();
        GuestBoot.on(socket)
                .with("--device-option", "disable-modern=on")
                .with("--parameter", "largest=2097152")
                .scenario("format-and-write")
                .assertPassed();
    }
}
