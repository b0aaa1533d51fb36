// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.GuestReport;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock guests in QEMU on disks of another host: one pair of daemons, a disk for each test. */
@Tag("root")
@Tag("qemu")
@Timeout(240)
final class RemoteGuestTest {
    private static final int MOVES = 20;

    @TempDir static Path folder;
    private static Hosts hosts;
    private static Daemons daemons;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        GuestBoot.prepare();
        Path bootable = folder.resolve("boot.img");
        GuestBoot.makeSeabiosImage(bootable);
        try (RandomAccessFile file = new RandomAccessFile(folder + "/grows.img", "rw")) {
            file.setLength(16 << 20);
        }
        hosts = Hosts.joined(1500);
        daemons = new Daemons(hosts, folder);
        startIohyp();
        startServer();
    }

    private static void startServer() throws Exception {
        daemons.server(
                "--workers",
                "2",
                "--disk",
                "files",
                "--disk",
                "busy",
                "--disk",
                "grows",
                "--disk",
                "boot");
    }

    private static void startIohyp() throws Exception {
        daemons.iohyp(
                "--disk",
                file("files") + ",size=64M",
                "--disk",
                file("busy") + ",size=64M",
                "--disk",
                file("grows"),
                "--disk",
                file("boot") + ",readonly");
    }

    private static String file(String disk) {
        return disk + "=file:" + folder.resolve(disk + ".img");
    }

    @AfterAll
    static void close() {
        if (daemons != null) {
            daemons.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    private static GuestBoot boot(String disk) {
        return GuestBoot.on(daemons.socket(disk));
    }

    @Test
    void shouldFindTheFilesAgainAfterPowerOff() throws Exception {
        GuestReport written = boot("files").scenario("format-and-write").assertPassed();
        GuestReport found = boot("files").scenario("verify").assertPassed();
        assertEquals(checksums(written), checksums(found));
        assertTrue(!checksums(found).isEmpty(), "no checksums");
    }

    private static List<String> checksums(GuestReport report) {
        return report.words().stream().filter(word -> word.startsWith("sha256 ")).toList();
    }

    @Test
    void shouldGoOnWhileTheIohypIsKilledAndStartedAgain() throws Exception {
        FutureTask<GuestReport> report = bootBusyGuest("packed=off");
        daemons.iohyp().kill();
        startIohyp();
        report.get().assertPassed();
        daemons.awaitServerLog("the peer broke off");
    }

    @ParameterizedTest
    @ValueSource(strings = {"packed=off", "packed=on"})
    void shouldGoOnWhileTheServerIsKilledAndStartedAgain(String option) throws Exception {
        FutureTask<GuestReport> report = bootBusyGuest(option);
        daemons.server().kill();
        startServer();
        report.get().assertPassed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"packed=off", "packed=on"})
    void shouldGoOnWhileTheDiskMovesBetweenWorkersOfTheServer(String option) throws Exception {
        FutureTask<GuestReport> report = bootBusyGuest(option);
        moveToAndFro("busy");
        report.get().assertPassed();
    }

    private static void moveToAndFro(String disk) throws Exception {
        for (int i = 1; i <= MOVES; i++) {
            String worker = "" + i % 2;
            DiskMove.repeat(() -> daemons.atServer("disk", "move", disk, "--worker", worker));
        }
    }

    private static FutureTask<GuestReport> bootBusyGuest(String option) throws Exception {
        Path console = folder.resolve("busy.console");
        Files.deleteIfExists(console);
        GuestBoot busy =
                boot("busy")
                        .with("--queues", "4", "--device-option", option)
                        .with("--console", console.toString());
        FutureTask<GuestReport> report = new FutureTask<>(() -> busy.scenario("stress"));
        new Thread(report, "guest").start();
        awaitLine(console, "VRIO-GUEST: ", report);
        return report;
    }

    @Test
    void shouldTellARunningGuestOfANewSize() throws Exception {
        Path console = folder.resolve("grows.console");
        GuestBoot growing = boot("grows").with("--console", console.toString());
        FutureTask<GuestReport> report = new FutureTask<>(() -> growing.scenario("wait-resize"));
        new Thread(report, "guest").start();
        awaitLine(console, "VRIO-GUEST: capacity ", report);
        daemons.atIohyp("disk", "resize", "grows", "32M").assertOk();
        report.get().assertPassed();
    }

    /** Returns when the guest has printed it, or has ended. */
    private static void awaitLine(Path console, String start, FutureTask<?> guest)
            throws Exception {
        while (!guest.isDone() && !hasLine(console, start)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static boolean hasLine(Path console, String start) throws Exception {
        return Files.exists(console)
                && Files.readString(console).lines().anyMatch(line -> line.startsWith(start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable-legacy=on", "disable-modern=on"})
    void shouldBootSeabiosFromTheDisk(String option) throws Exception {
        boot("boot").with("--device-option", option).fromDisk().assertPassed();
    }
}
