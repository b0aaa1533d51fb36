// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.it.Requires;
import io.vrio.it.root.VerifiedLoad;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that are killed, started again and unplugged while a guest is at work. */
@Tag("container")
@Timeout(120)
final class ContainerBadDaysTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(2, 128).withSlots(8, 256 << 10);

    /** Short, but no machine that is busy stops for so long: it would look like a death. */
    private static final String PATIENCE = "--peer-timeout=4s";

    private static final long REQUEST_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir static Path folder;
    private static ContainerSite site;
    private static ContainerHost iohyp;
    private static ContainerHost server;

    @BeforeAll
    static void open() throws Exception {
        Requires.docker();
        site = new ContainerSite(folder, 1500);
        iohyp = site.iohyp(site.disk("a", "8M"), PATIENCE);
        server = site.server("--disk=a", PATIENCE);
    }

    @AfterAll
    static void close() {
        if (site != null) {
            site.close();
        }
    }

    private static VerifiedLoad load() {
        return VerifiedLoad.start(server.socket("a"), OPTIONS, 1).awaitProgress(300);
    }

    @Test
    void shouldLoseNothingWhenTheIoHostIsKilledAndStartedAgain() throws Exception {
        try (VerifiedLoad load = load()) {
            iohyp.kill();
            iohyp.start();
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldFindTheDataAgainWhenTheVmHostIsKilledAndStartedAgain() throws Exception {
        try (BlockGuest guest = BlockGuest.connect(server.socket("a"), OPTIONS)) {
            BlockQueue queue = guest.queue(0);
            queue.written(0).segment(0).fill(0, 4096, (byte) 0x5A);
            assertEquals(0, queue.execute(0, VirtioBlock.WRITE, 8, 4096, REQUEST_NS));
            server.kill();
            server.start();
            guest.reconnect(server.socket("a"));
            assertEquals(0, guest.queue(0).execute(1, VirtioBlock.READ, 8, 4096, REQUEST_NS));
            assertEquals(0x5A, guest.queue(0).read(1).segment(0).getUnsignedByte(4095));
        }
    }

    @Test
    void shouldGoOnWhenTheIoHostIsUnpluggedAndPluggedInAgain() throws Exception {
        site.firewall().forget();
        try (VerifiedLoad load = load()) {
            iohyp.disconnect();
            iohyp.awaitLog("interface=eth0 is gone");
            server.awaitLog("the peer is silent for 4000 ms");
            iohyp.connect();
            load.awaitProgress(300).finish();
        }
        site.firewall().assertSawOnlyValidFrames(300);
    }

    @Test
    void shouldGoOnWhenTheVmHostIsUnpluggedAndPluggedInAgain() throws Exception {
        site.firewall().forget();
        try (VerifiedLoad load = load()) {
            server.disconnect();
            server.awaitLog("interface=eth0 is gone");
            server.connect();
            load.awaitProgress(300).finish();
        }
        site.firewall().assertSawOnlyValidFrames(300);
    }

    /** Docker may give another address; a daemon keeps to the one that it was told. */
    @Test
    void shouldSayWhatIsWrongWhenTheVmHostIsStartedWithAnotherAddress() {
        server.kill();
        server.disconnect();
        server.connectAs("198.18.77.99");
        server.startInVain();
        server.awaitLog(
                "vrio server: address "
                        + ContainerLan.VM_ADDRESS
                        + " is not on interface eth0, which has 198.18.77.99");
        server.disconnect();
        server.connectAs(ContainerLan.VM_ADDRESS);
        server.start();
    }
}
