// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stock guests in a real QEMU use a disk of this process, and its operator does what operators do
 * meanwhile. Four queues, where {@link LocalDiskTest} has the default.
 */
@Tag("qemu")
@Timeout(180)
final class VhostUserBlockTest {
    private static final String RAM = "ram:64M";
    private static final long MIB = 1 << 20;

    @TempDir Path folder;

    @BeforeAll
    static void prepareGuest() throws Exception {
        GuestBoot.prepare();
    }

    private ServedDisk serve(String backend, int queues) throws Exception {
        return new ServedDisk(folder.resolve("disk0.sock"), backend, queues);
    }

    @Test
    void shouldShowTheDiskToLinux() throws Exception {
        try (ServedDisk disk = serve(RAM + ",serial=vrio-test-1", 4)) {
            GuestReport report = GuestBoot.on(disk.path()).with("--queues", "4").scenario("info");
            report.assertPassed();
            assertEquals("vrio-test-1", report.attribute("serial"));
        }
    }

    @Test
    void shouldTellARunningGuestOfANewCapacity() throws Exception {
        Path console = folder.resolve("console");
        try (ServedDisk disk = serve(RAM, 1)) {
            GuestBoot boot = GuestBoot.on(disk.path()).with("--console", console.toString());
            FutureTask<GuestReport> report = new FutureTask<>(() -> boot.scenario("wait-resize"));
            new Thread(report, "guest").start();
            awaitLine(console, "VRIO-GUEST: capacity ", report);
            disk.resize(128 * MIB);
            report.get().assertPassed();
        }
    }

    @Test
    void shouldGoOnWhileMemoryIsAddedToTheGuest() throws Exception {
        Path console = folder.resolve("console");
        Path monitor = folder.resolve("qmp");
        try (ServedDisk disk = serve(RAM, 2)) {
            GuestBoot boot =
                    GuestBoot.on(disk.path())
                            .with("--queues", "2", "--console", console.toString())
                            .with("--qmp", monitor.toString(), "--parameter", "rounds=4")
                            .with("--qemu-option", "-m", "--qemu-option", "slots=4,maxmem=2G");
            FutureTask<GuestReport> report = new FutureTask<>(() -> boot.scenario("stress"));
            new Thread(report, "guest").start();
            awaitLine(console, "VRIO-GUEST: ", report);
            int regionsBefore = regions(disk);
            try (Qmp qmp = new Qmp(monitor)) {
                addMemory(qmp, "a");
                addMemory(qmp, "b");
            }
            assertEquals(regionsBefore + 2, regions(disk));
            report.get().assertPassed();
        }
    }

    @Test
    void shouldGoOnWhenTheServerIsStoppedAndStartedUnderABusyGuest() throws Exception {
        String file = "file:" + folder.resolve("disk.img") + ",size=64M";
        Path console = folder.resolve("console");
        FutureTask<GuestReport> report;
        try (ServedDisk first = serve(file, 2)) {
            GuestBoot boot =
                    GuestBoot.on(first.path())
                            .with("--queues", "2", "--console", console.toString())
                            .with("--parameter", "rounds=3");
            report = new FutureTask<>(() -> boot.scenario("stress"));
            new Thread(report, "guest").start();
            awaitLine(console, "VRIO-GUEST: ", report);
            awaitWrites(first, 200);
        }
        try (ServedDisk second = serve(file, 2)) {
            report.get().assertPassed();
            assertTrue(second.status().counters().get("writes") > 0);
        }
    }

    private static void awaitWrites(ServedDisk disk, long count) {
        while (disk.status().counters().get("writes") < count) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static int regions(ServedDisk disk) {
        return disk.status().frontend().orElseThrow().memoryRegions();
    }

    private static void addMemory(Qmp qmp, String id) throws Exception {
        qmp.execute(
                "{'execute':'object-add','arguments':{'qom-type':'memory-backend-memfd',"
                        + "'id':'more"
                        + id
                        + "','size':134217728,'share':true}}");
        qmp.execute(
                "{'execute':'device_add','arguments':{'driver':'pc-dimm','id':'dimm"
                        + id
                        + "','memdev':'more"
                        + id
                        + "'}}");
    }

    /** Returns when the guest has printed it, or has ended. */
    private static void awaitLine(Path console, String start, Future<?> guest) throws Exception {
        while (!guest.isDone() && !hasLine(console, start)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static boolean hasLine(Path console, String start) throws Exception {
        return Files.exists(console)
                && Files.readString(console).lines().anyMatch(line -> line.startsWith(start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable-modern=off", "disable-modern=on", "queue-size=4"})
    void shouldBootSeabiosFromTheDisk(String option) throws Exception {
        Path image = folder.resolve("boot.img");
        GuestBoot.makeSeabiosImage(image);
        try (ServedDisk disk = serve("file:" + image, 4)) {
            GuestBoot.on(disk.path())
                    .with("--queues", "4", "--device-option", option)
                    .with("--device-option", "disable-legacy=off")
                    .fromDisk()
                    .assertPassed();
            assertTrue(disk.status().frontend().isEmpty());
        }
    }
}
