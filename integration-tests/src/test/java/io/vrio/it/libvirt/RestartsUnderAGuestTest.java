// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.qemu.GuestShell;
import io.vrio.it.qemu.NicOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons end and start again while a guest of libvirt has a disk and a NIC of theirs. */
@Tag("libvirt")
@Timeout(120)
final class RestartsUnderAGuestTest {
    /** The guest writes a MiB after the other until it is stopped, at most 48. */
    private static final String WRITE_ON =
            "(i=0; while [ $i -lt 48 ] && [ ! -e /tmp/stop ]; do"
                    + " dd if=/tmp/source of=/dev/vda bs=64k count=16 seek=$((i * 16))"
                    + " oflag=direct conv=notrunc 2>/dev/null || break;"
                    + " i=$((i + 1)); echo $i >/tmp/written; sleep 0.3; done; echo $? >/tmp/end)"
                    + " >/dev/null 2>&1 </dev/null &";

    @TempDir static Path folder;
    private static LibvirtHosts hosts;
    private static GuestShell guest;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        startIohyp();
        startServer();
        hosts.define(
                new DomainText("vm1")
                        .with(DomainText.disk("vm1", "vda"))
                        .with(DomainText.nic("lan", "52:54:00:00:00:01")));
        guest = hosts.start("vm1");
        guest.run("ip address add 10.99.0.2/24 dev eth0; ip link set eth0 up");
        guest.run("head -c 1048576 /dev/urandom >/tmp/source");
    }

    private static void startIohyp() throws Exception {
        String image = folder.resolve("vm1.img") + ",size=64M";
        hosts.daemons().iohyp("--disk=vm1=file:" + image, "--nic=lan=tap:lan");
        hosts.hosts().ioHost().run("ip", "address", "add", "10.99.0.1/24", "dev", "lan");
    }

    private static void startServer() throws Exception {
        hosts.daemons().server("--disk=vm1", "--nic=lan");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void shouldGoOnAfterARestartOfTheServer() throws Exception {
        startWriting();
        hosts.daemons().server().close();
        startServer();
        assertAllWritten();
        assertPings();
    }

    @Test
    void shouldGoOnAfterARestartOfTheIohyp() throws Exception {
        startWriting();
        hosts.daemons().iohyp().close();
        startIohyp();
        assertAllWritten();
        assertPings();
    }

    @Test
    void shouldGoOnAfterTheServerWasKilled() throws Exception {
        startWriting();
        hosts.daemons().server().kill();
        startServer();
        assertAllWritten();
        assertPings();
    }

    @Test
    void shouldNotNoticeARestartOfLibvirtd() throws Exception {
        startWriting();
        hosts.libvirtd().restart();
        assertEquals("running", hosts.virsh("domstate", "vm1").assertOk().out().strip());
        assertAllWritten();
        assertPings();
    }

    private static void startWriting() {
        guest.run("rm -f /tmp/stop /tmp/end /tmp/written; " + WRITE_ON);
        guest.run(NicOptions.until("[ -s /tmp/written ]"));
    }

    /** No write has failed, and the disk has them all. */
    private static void assertAllWritten() {
        guest.run("touch /tmp/stop; " + NicOptions.until("[ -s /tmp/end ]"));
        assertEquals("0", guest.run("cat /tmp/end"));
        guest.run(
                "for i in $(seq $(cat /tmp/written)); do"
                        + " dd if=/dev/vda bs=1M skip=$((i - 1)) count=1 iflag=direct 2>/dev/null"
                        + " | cmp -s - /tmp/source || exit 1; done");
    }

    private static void assertPings() {
        guest.run(NicOptions.until("ping -q -c 1 -W 5 10.99.0.1"));
    }
}
