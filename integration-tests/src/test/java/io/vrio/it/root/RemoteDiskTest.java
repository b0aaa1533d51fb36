// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.FrontendMessage;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VhostUserProtocol;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.it.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a disk can do, asked over the network: one pair of daemons, a disk for each test. */
@Tag("root")
@Timeout(120)
final class RemoteDiskTest {
    private static final int MIB = 1 << 20;
    private static final long REQUEST_NS = TimeUnit.SECONDS.toNanos(20);
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(4, MIB);

    @TempDir static Path folder;
    private static Hosts hosts;
    private static Daemons daemons;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(9000);
        daemons = new Daemons(hosts, folder);
        daemons.iohyp(
                "--disk",
                "holes=file:" + image("holes") + ",size=16M",
                "--disk",
                "flushed=file:" + image("flushed") + ",size=16M",
                "--disk",
                "grows=file:" + image("grows") + ",size=16M",
                "--disk",
                "fixed=ram:16M,readonly,serial=VRIO-1,blocksize=4096");
        daemons.server(
                "--disk", "holes", "--disk", "flushed", "--disk", "grows", "--disk", "fixed");
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

    private static Path image(String disk) {
        return folder.resolve(disk + ".img");
    }

    private static BlockGuest connect(String disk) {
        return BlockGuest.connect(daemons.socket(disk), OPTIONS);
    }

    private static int execute(BlockGuest guest, int type, long sector, int length) {
        return guest.queue(0).execute(0, type, sector, length, REQUEST_NS);
    }

    @Test
    void shouldPunchHolesWhereAGuestDiscards() throws Exception {
        try (BlockGuest guest = connect("holes")) {
            for (int i = 0; i < 8; i++) {
                assertEquals(0, execute(guest, VirtioBlock.WRITE, i * (MIB / 512L), MIB));
            }
            assertEquals(0, execute(guest, VirtioBlock.FLUSH, 0, 0));
            long before = allocated("holes");

            discard(guest.queue(0), 2 * MIB / 512, 4 * MIB / 512);
            assertEquals(0, execute(guest, VirtioBlock.DISCARD, 0, VirtioBlock.DISCARD_LENGTH));

            assertEquals(before - 4 * MIB, allocated("holes"));
            assertEquals(0, execute(guest, VirtioBlock.READ, 2 * MIB / 512, MIB));
            assertEquals(0, guest.queue(0).read(0).segment(0).getLong(0));
        }
    }

    private static void discard(BlockQueue queue, long sector, int sectors) {
        MemorySlice range = queue.written(0).segment(0);
        range.putLong(0, sector);
        range.putInt(8, sectors);
        range.putInt(12, 0);
    }

    private static long allocated(String disk) throws Exception {
        final int unit = 512;
        return unit
                * Long.parseLong(
                        hosts.ioHost().run("stat", "-c", "%b", image(disk).toString()).strip());
    }

    @Test
    void shouldMakeAFlushDurable() throws Exception {
        Requires.program("strace");
        Path trace = folder.resolve("strace");
        Process strace =
                hosts.ioHost()
                        .start(
                                "strace",
                                "-f",
                                "-e",
                                "trace=fdatasync,fsync",
                                "-o",
                                trace.toString(),
                                "-p",
                                Long.toString(daemons.iohyp().pid()));
        try (BlockGuest guest = connect("flushed")) {
            // It says so when it is attached.
            strace.inputReader(StandardCharsets.UTF_8).readLine();
            assertEquals(0, execute(guest, VirtioBlock.WRITE, 0, MIB));
            assertEquals("", Files.readString(trace));
            assertEquals(0, execute(guest, VirtioBlock.FLUSH, 0, 0));
        } finally {
            strace.toHandle().destroy();
            strace.waitFor();
        }
        assertTrue(Files.readString(trace).contains("fdatasync("), Files.readString(trace));
    }

    @Test
    void shouldTellARunningGuestOfANewSize() throws Exception {
        try (BlockGuest guest = connect("grows")) {
            assertEquals(16 * MIB / 512, guest.capacitySectors());
            long last = 32 * MIB / 512 - 8;
            assertEquals(
                    VirtioBlock.STATUS_IO_ERROR, execute(guest, VirtioBlock.WRITE, last, 4096));

            daemons.atIohyp("disk", "resize", "grows", "32M").assertOk();

            FrontendMessage event = guest.backendRequests().receive();
            assertEquals(VhostUserProtocol.BACKEND_CONFIG_CHANGE, event.request());
            assertEquals(32 * MIB / 512, guest.frontend().config(8).getLong(0));
            assertEquals(0, execute(guest, VirtioBlock.WRITE, last, 4096));
            assertEquals(32 * MIB, Files.size(image("grows")));
        }
    }

    @Test
    void shouldShowThePropertiesOfAReadOnlyDisk() throws Exception {
        try (BlockGuest guest = connect("fixed")) {
            assertTrue(guest.hasFeature(VirtioBlock.F_RO), "read-only");
            assertEquals(4096, guest.config().getInt(20));
            assertEquals(VirtioBlock.STATUS_IO_ERROR, execute(guest, VirtioBlock.WRITE, 0, 4096));
            assertEquals(0, execute(guest, VirtioBlock.READ, 0, 4096));
            assertEquals(0, execute(guest, VirtioBlock.GET_ID, 0, VirtioBlock.ID_LENGTH));
            byte[] serial = new byte[6];
            guest.queue(0).read(0).segment(0).getBytes(0, serial, 0, 6);
            assertEquals("VRIO-1", new String(serial, StandardCharsets.US_ASCII));
        }
    }
}
