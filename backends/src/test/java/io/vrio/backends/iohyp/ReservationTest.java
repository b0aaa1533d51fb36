// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.net.ClockWorker;
import io.vrio.backends.net.NicSpec;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.DiskClaim;
import io.vrio.transport.remote.NicClaim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets the devices of an IOhyp that was restarted while servers had them. */
final class ReservationTest {
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");
    private static final String KEPT =
            " is kept until 2025-01-02T03:04:35Z for server host-1, which had it when this IOhyp"
                    + " ended; try again then (a server does so by itself), or have it given back"
                    + " there first";

    @TempDir Path folder;
    private final ManualClock clock = new ManualClock(0);
    private StateFolder state;
    private DiskRegistry disks;
    private NicRegistry nics;

    @BeforeEach
    void makeDevices() throws Exception {
        start();
        disks.create("root", BackendSpec.parse("ram:1M"));
        disks.create("data", BackendSpec.parse("ram:1M"));
        nics.create("root", NicSpec.parse("switch:lan"));
    }

    /** As a newly started process does. */
    private void start() throws Exception {
        state = StateFolder.open(folder);
        disks =
                new DiskRegistry(
                        new KeptRecords<>(new StateFile<>(state, new DiskFormat())),
                        ledger(ClaimFormat.DISKS),
                        Runnable::run,
                        () -> NOW,
                        BackendDisk::open);
        nics =
                new NicRegistry(
                        new KeptRecords<>(new StateFile<>(state, new NicFormat())),
                        ledger(ClaimFormat.NICS),
                        new ClockWorker(clock),
                        () -> NOW,
                        (spec, context) -> new FakeNic());
    }

    private ClaimLedger ledger(ClaimFormat format) {
        KeptRecords<KeptClaim> store = new KeptRecords<>(new StateFile<>(state, format));
        return new ClaimLedger(format.device(), store, Runnable::run, clock, () -> NOW);
    }

    @AfterEach
    void stop() {
        disks.close();
        nics.close();
        state.close();
    }

    private void restart() throws Exception {
        stop();
        start();
    }

    private String diskRefusal(String disk, String server) {
        return assertThrows(ClaimRefusedException.class, () -> disks.claim(disk, server, 1))
                .getMessage();
    }

    @Test
    void shouldNotGiveADiskToWhoAsksBeforeTheServerThatHadIt() throws Exception {
        disks.claim("root", "host-1", 1);
        restart();
        assertEquals("disk root" + KEPT, diskRefusal("root", "host-2"));
        disks.claim("root", "host-1", 1);
        assertTrue(
                diskRefusal("root", "host-2").startsWith("disk root is in use by server host-1"));
        assertEquals("", disks.show("root").reservedFor());
    }

    @Test
    void shouldNotGiveANicToWhoAsksBeforeTheServerThatHadIt() throws Exception {
        nics.claim("root", "host-1", 1);
        restart();
        assertEquals(
                "NIC root" + KEPT,
                assertThrows(ClaimRefusedException.class, () -> nics.claim("root", "host-2", 1))
                        .getMessage());
        nics.claim("root", "host-1", 1);
        assertEquals("host-1", nics.show("root").claimedBy());
    }

    @Test
    void shouldGiveTheDiskToAServerThatWasRestartedMeanwhile() throws Exception {
        disks.claim("root", "host-1", 1);
        restart();
        disks.claim("root", "host-1", 2);
        assertEquals("host-1", disks.show("root").claimedBy());
    }

    @Test
    void shouldGiveTheDiskToAnotherServerWhenTheGraceTimeIsOver() throws Exception {
        disks.claim("root", "host-1", 1);
        restart();
        diskRefusal("root", "host-2");
        clock.advance(ClaimLedger.GRACE.toNanos());
        disks.claim("root", "host-2", 1);
        assertTrue(
                diskRefusal("root", "host-1").startsWith("disk root is in use by server host-2"));
    }

    @Test
    void shouldGiveADiskThatWasGivenBackToWhoAsksFirst() throws Exception {
        disks.claim("root", "host-1", 1).close();
        disks.claim("data", "host-1", 1);
        restart();
        disks.claim("root", "host-2", 1);
        assertEquals("disk data" + KEPT, diskRefusal("data", "host-2"));
    }

    @Test
    void shouldGiveADiskThatWasGivenBackWithinTheGraceTimeToTheNextOne() throws Exception {
        disks.claim("root", "host-1", 1);
        restart();
        disks.claim("root", "host-1", 1).close();
        disks.claim("root", "host-2", 1);
        assertEquals("host-2", disks.show("root").claimedBy());
    }

    @Test
    void shouldReserveWhatEndsWithTheAssociationsWhenTheIohypIsStopped() throws Exception {
        DiskClaim disk = disks.claim("root", "host-1", 1);
        NicClaim nic = nics.claim("root", "host-1", 1);
        disks.onEndpointClose();
        nics.onEndpointClose();
        disk.close();
        nic.close();
        restart();
        assertEquals("host-1", disks.show("root").reservedFor());
        assertEquals("host-1", nics.show("root").reservedFor());
    }

    @Test
    void shouldReserveWhatARestartedServerHasTakenOver() throws Exception {
        disks.claim("root", "host-1", 1);
        disks.claim("root", "host-1", 2);
        restart();
        assertEquals("disk root" + KEPT, diskRefusal("root", "host-2"));
    }

    @Test
    void shouldShowForWhomADeviceIsKept() throws Exception {
        disks.claim("root", "host-1", 1);
        nics.claim("root", "host-2", 1);
        restart();
        assertEquals("host-1", disks.show("root").reservedFor());
        assertEquals("2025-01-02T03:04:35Z", disks.show("root").reservedUntil());
        assertEquals("", disks.show("root").claimedBy());
        assertEquals("host-2", nics.show("root").reservedFor());
        clock.advance(ClaimLedger.GRACE.toNanos());
        assertEquals("", disks.show("root").reservedFor());
        assertEquals("", disks.show("root").reservedUntil());
    }

    @Test
    void shouldRefuseToRemoveADeviceThatIsKept() throws Exception {
        disks.claim("root", "host-1", 1);
        nics.claim("root", "host-1", 1);
        restart();
        assertEquals(
                "disk root" + KEPT,
                assertThrows(BackendException.class, () -> disks.remove("root")).getMessage());
        assertEquals(
                "NIC root" + KEPT,
                assertThrows(BackendException.class, () -> nics.remove("root")).getMessage());
        clock.advance(ClaimLedger.GRACE.toNanos());
        disks.remove("root");
        nics.remove("root");
        assertEquals(List.of(), nics.list());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"version\":2,\"disk-claims\":[]}",
                "{\"version\":1,\"disk-claims\":[{\"name\":\"root\",\"server\":\"a b\"}]}",
                "{\"version\":1,\"disk-claims\":[{\"name\":\"../root\",\"server\":\"host-1\"}]}"
            })
    void shouldReserveNothingWhenTheFileIsDamaged(String content) throws Exception {
        disks.claim("data", "host-1", 1);
        stop();
        Files.writeString(folder.resolve("disk-claims.json"), content);
        start();
        assertEquals("", disks.show("data").reservedFor());
        disks.claim("root", "host-2", 1);
        restart();
        assertEquals("host-2", disks.show("root").reservedFor());
    }

    @Test
    void shouldReserveNothingWhenTheFileIsMissing() throws Exception {
        disks.claim("root", "host-1", 1);
        stop();
        Files.delete(folder.resolve("disk-claims.json"));
        start();
        disks.claim("root", "host-2", 1);
        assertEquals("host-2", disks.show("root").claimedBy());
    }
}
