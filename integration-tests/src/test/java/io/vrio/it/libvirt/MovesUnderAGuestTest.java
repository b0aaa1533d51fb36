// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.Await;
import io.vrio.it.qemu.GuestShell;
import io.vrio.it.qemu.NicOptions;
import io.vrio.it.root.DiskMove;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks go from worker to worker, all the time, whatever libvirt does to their domain. */
@Tag("libvirt")
@Timeout(240)
final class MovesUnderAGuestTest {
    private static final int TIMES = 5;
    private static final String DATA = DomainText.disk("data", "vdb");
    private static final String HAS_DATA = NicOptions.until("[ -b /dev/vdb ]");
    private static final String HAS_NO_DATA = NicOptions.until("[ ! -e /dev/vdb ]");

    @TempDir Path folder;
    private LibvirtHosts hosts;
    private GuestShell guest;
    private CompletableFuture<Void> mover;
    private volatile boolean isStopping;
    private final AtomicInteger moves = new AtomicInteger();

    @BeforeEach
    void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk=vm1=ram:64M", "--disk=data=ram:16M");
        hosts.daemons().server("--workers=2", "--disk=vm1", "--disk=data");
        hosts.define(new DomainText("vm1").with(DomainText.disk("vm1", "vda")));
        guest = hosts.start("vm1");
        mover = CompletableFuture.runAsync(this::moveOn);
        awaitMoves(2);
    }

    @AfterEach
    void close() throws Exception {
        isStopping = true;
        if (mover != null) {
            mover.handle((done, failure) -> "the test tells").join();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    /** To and fro, both disks, as fast as commands can be given. */
    private void moveOn() {
        while (!isStopping) {
            int worker = moves.get() % 2;
            move("data", worker);
            move("vm1", 1 - worker);
            moves.incrementAndGet();
        }
    }

    private void move(String disk, int worker) {
        try {
            // Whether or not it is done: the next command tries again.
            DiskMove.isDone(hosts.daemons().atServer("disk", "move", disk, "--worker=" + worker));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitMoves(int more) throws Exception {
        int goal = moves.get() + more;
        Await.until(
                "the disks have moved",
                () -> mover.isCompletedExceptionally() || moves.get() >= goal);
    }

    /** The disks have moved to the end, and no command has failed. */
    private void stopMoving() {
        isStopping = true;
        mover.join();
    }

    /** Writes to a disk and reads back what is there. */
    private void assertUsable(String disk) {
        guest.run("head -c 1048576 /dev/urandom >/tmp/data");
        guest.run("dd if=/tmp/data of=/dev/" + disk + " bs=64k conv=fsync 2>/dev/null");
        guest.run("dd if=/dev/" + disk + " of=/tmp/read bs=64k count=16 iflag=direct 2>/dev/null");
        guest.run("cmp /tmp/data /tmp/read");
    }

    @Test
    void shouldAttachAndDetachADiskThatMoves() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            hosts.change("attach-device", "vm1", DATA).assertOk();
            guest.run(HAS_DATA);
            assertUsable("vdb");
            hosts.change("detach-device", "vm1", DATA).assertOk();
            guest.run(HAS_NO_DATA);
        }
        stopMoving();
        assertUsable("vda");
    }

    /** The guest starts anew under the same QEMU, whose frontends reset their devices. */
    private void resetGuest() throws Exception {
        Path console = hosts.libvirtd().outside("/var/log/libvirt/qemu/vm1.console");
        long opened = shellsOpened(console);
        hosts.virsh("reset", "vm1").assertOk();
        Await.until("the guest has a shell again", () -> shellsOpened(console) > opened);
    }

    private static long shellsOpened(Path console) throws Exception {
        return Files.readString(console).lines().filter(l -> l.contains(GuestShell.OPEN)).count();
    }

    @Test
    void shouldResetAGuestWhoseDiskMoves() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertUsable("vda");
            guest.run("echo " + i + " | dd of=/dev/vda conv=fsync 2>/dev/null");
            resetGuest();
            assertEquals("" + i, guest.run("head -n 1 /dev/vda"));
        }
        stopMoving();
        assertUsable("vda");
    }

    @Test
    void shouldDestroyAndStartADomainWhoseDiskMoves() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertUsable("vda");
            guest.run("echo " + i + " | dd of=/dev/vda conv=fsync 2>/dev/null");
            hosts.virsh("destroy", "vm1").assertOk();
            guest = hosts.start("vm1");
            assertEquals("" + i, guest.run("head -n 1 /dev/vda"));
        }
        stopMoving();
        assertUsable("vda");
    }
}
