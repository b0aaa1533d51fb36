// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.it.Await;
import io.vrio.it.Requires;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that die, come late or stay away, and a cable that is pulled: under load. */
@Tag("root")
@Timeout(120)
final class BadDaysTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(2, 128).withSlots(8, 256 << 10);
    private static final long REQUEST_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir Path folder;
    private Hosts hosts;
    private Daemons daemons;
    private String disk;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(1500);
        daemons = new Daemons(hosts, folder);
        disk = "a=file:" + folder.resolve("a.img") + ",size=32M";
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            daemons.close();
            hosts.close();
        }
    }

    private BlockGuest connect() {
        return BlockGuest.connect(daemons.socket("a"), OPTIONS);
    }

    /** What the server says of the disk. */
    private String shown(String field) throws Exception {
        CommandOutcome outcome = daemons.atServer("disk", "show", "a", "--format", "json");
        return DaemonPair.json(outcome.assertOk().out()).path(field).asText();
    }

    private void awaitAttached() throws Exception {
        Await.until("the disk is attached", () -> shown("state").equals("attached"));
    }

    private static int write(BlockGuest guest, int value) {
        BlockQueue queue = guest.queue(0);
        queue.written(0).segment(0).fill(0, 4096, (byte) value);
        return queue.execute(0, VirtioBlock.WRITE, 8, 4096, REQUEST_NS);
    }

    private static int read(BlockGuest guest) {
        BlockQueue queue = guest.queue(0);
        assertEquals(0, queue.execute(1, VirtioBlock.READ, 8, 4096, REQUEST_NS));
        return queue.read(1).segment(0).getUnsignedByte(4095);
    }

    private static int awaitOne(BlockQueue queue) {
        long endNs = System.nanoTime() + REQUEST_NS;
        int slot = queue.takeEnded();
        while (slot < 0 && System.nanoTime() - endNs < 0) {
            queue.awaitEnded(TimeUnit.MILLISECONDS.toNanos(100));
            slot = queue.takeEnded();
        }
        return slot;
    }

    @Test
    void shouldLoseNothingWhenTheIohypIsKilledAndStartedAgain() throws Exception {
        daemons.iohyp("--disk", disk).server("--disk", "a");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(300);
            daemons.iohyp().kill();
            daemons.iohyp("--disk", disk);
            load.awaitProgress(300);
            daemons.iohyp().kill();
            daemons.iohyp("--disk", disk);
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldLoseNothingWhenTheServerIsKilledAndStartedAgain() throws Exception {
        daemons.iohyp("--disk", disk).server("--disk", "a");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            for (int i = 0; i < 3; i++) {
                load.awaitProgress(300);
                daemons.server().kill();
                daemons.server("--disk", "a");
                load.reconnect(daemons.socket("a"));
            }
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldFindTheDataAgainWhenTheServerIsKilledAndStartedAgain() throws Exception {
        daemons.iohyp("--disk", disk).server("--disk", "a");
        try (BlockGuest guest = connect()) {
            assertEquals(0, write(guest, 0x5A));
            daemons.server().kill();
            daemons.server("--disk", "a");
            guest.reconnect(daemons.socket("a"));
            assertEquals(0x5A, read(guest));
            assertEquals(0, write(guest, 0x3C));
            assertEquals(0x3C, read(guest));
        }
    }

    @Test
    void shouldLetGuestsWaitForAnIohypThatComesLater() throws Exception {
        daemons.server("--disk", "a");
        try (BlockGuest guest = connect()) {
            assertEquals(0, guest.capacitySectors());
            BlockQueue queue = guest.queue(0);
            queue.submit(2, VirtioBlock.FLUSH, 0, 0);
            queue.kickIfNeeded();
            Await.until("the server has the request", () -> shown("requestsUnderWay").equals("1"));
            assertEquals(-1, queue.takeEnded(), "it should wait");
            daemons.iohyp("--disk", disk);
            assertEquals(2, awaitOne(queue), daemons::allLogs);
            assertEquals(VirtioBlock.STATUS_OK, queue.status(2));
            assertEquals(0, write(guest, 0x5A));
            assertEquals(32 << 20 >> 9, guest.frontend().config(8).getLong(0));
        }
        daemons.awaitServerLog(
                "nothing listens at " + hosts.ioAddress() + ":8746: start vrio iohyp there");
    }

    @Test
    void shouldEndRequestsWithAnErrorWhenTheIohypStaysAway() throws Exception {
        daemons.iohyp("--disk", disk).server("--disk", "a", "--io-timeout", "500ms");
        // Before, and as long as the server has not heard of it, requests wait no longer either.
        awaitAttached();
        try (BlockGuest guest = connect()) {
            assertEquals(VirtioBlock.STATUS_OK, write(guest, 0x5A));
            daemons.iohyp().kill();
            assertEquals(VirtioBlock.STATUS_IO_ERROR, write(guest, 0x3C));
            daemons.iohyp("--disk", disk);
            awaitAttached();
            assertEquals(VirtioBlock.STATUS_OK, write(guest, 0x77));
            assertEquals(0x77, read(guest));
        }
    }

    @Test
    void shouldGoOnAfterTheInterfacesWereReplaced() throws Exception {
        daemons.iohyp("--disk", disk, "--peer-timeout", "1s");
        daemons.server("--disk", "a", "--peer-timeout", "1s");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(300);
            hosts.replaceInterfaces();
            daemons.awaitServerLog("interface=" + Hosts.INTERFACE + " is gone");
            daemons.awaitIohypLog("interface=" + Hosts.INTERFACE + " is gone");
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldGoOnAfterTheCableWasPulled() throws Exception {
        daemons.iohyp("--disk", disk, "--peer-timeout", "1s");
        daemons.server("--disk", "a", "--peer-timeout", "1s");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            // Both ends notice, because both ends of a veth pair go down.
            load.awaitProgress(300);
            hosts.ioHost().run("ip", "link", "set", Hosts.INTERFACE, "down");
            daemons.awaitServerLog("the peer is silent for 1000 ms");
            hosts.ioHost().run("ip", "link", "set", Hosts.INTERFACE, "up");
            load.awaitProgress(300);
            hosts.vmHost().run("ip", "link", "set", Hosts.INTERFACE, "down");
            hosts.vmHost().run("ip", "link", "set", Hosts.INTERFACE, "up");
            load.awaitProgress(300).finish();
        }
    }
}
