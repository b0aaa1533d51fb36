// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Await;
import io.vrio.it.qemu.GuestShell;
import io.vrio.it.root.CommandOutcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code vrio disk|nic attach} and {@code detach} with a real libvirt, a real QEMU, a real guest.
 */
@Tag("libvirt")
@Timeout(180)
final class LibvirtAttachTest {
    @TempDir static Path folder;
    private static LibvirtHosts hosts;

    /** Of the domain vm1, which runs for all tests. */
    private static GuestShell guest;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk", "data=ram:64M", "--nic", "net=switch:lan");
        // Without the array it would be the getter.
        hosts.daemons().server(new String[0]);
        hosts.define(new DomainText("vm1"));
        guest = hosts.start("vm1");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void checkThatNothingIsLeft() throws Exception {
        assertEquals("", served());
        assertFalse(xml("vm1").contains(".sock'"), xml("vm1"));
    }

    private static CommandOutcome vrio(String... command) throws Exception {
        return hosts.daemons().atServer(command);
    }

    /** What the server serves, by names. */
    private static String served() throws Exception {
        return names("disk") + names("nic");
    }

    private static String names(String noun) throws Exception {
        return vrio(noun, "list")
                .assertOk()
                .out()
                .lines()
                .skip(1)
                .map(line -> line.split(" ")[0] + " ")
                .reduce("", String::concat);
    }

    private static String xml(String domain) throws Exception {
        return hosts.virsh("dumpxml", domain).assertOk().out();
    }

    private static void awaitDisk() throws Exception {
        Await.until(
                "the guest has it",
                () -> guest.outcome("cat /sys/block/vda/size").exitStatus() == 0);
    }

    @Test
    void shouldPlugADiskInAndOut() throws Exception {
        CommandOutcome attached = vrio("disk", "attach", "data", "--domain", "vm1").assertOk();

        assertEquals("vda\n", attached.out());
        assertEquals(
                "vrio disk attach: libvirt %s does not pass <reconnect> on to a guest that runs: disk data does not"
                                .formatted(version())
                        + " come back after a restart of vrio server until it is detached and"
                        + " attached again",
                attached.err().strip());
        awaitDisk();
        assertEquals("131072", guest.run("cat /sys/block/vda/size"));
        guest.run("echo plugged in | dd of=/dev/vda conv=fsync 2>/dev/null");

        vrio("disk", "detach", "data", "--domain", "vm1").assertOk();

        assertEquals("", guest.run("ls /sys/block | grep vd || true"));
    }

    private static String version() throws Exception {
        return hosts.virsh("version", "--daemon")
                .assertOk()
                .out()
                .lines()
                .filter(line -> line.startsWith("Running against daemon"))
                .map(line -> line.replaceAll(".*: *", ""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldPlugANicInAndOut() throws Exception {
        String mac = "52:54:00:00:00:77";

        CommandOutcome attached =
                vrio("nic", "attach", "net", "--domain", "vm1", "--mac", mac).assertOk();

        assertEquals(mac + "\n", attached.out());
        Await.until(
                "the guest has it", () -> guest.run("cat /sys/class/net/*/address").contains(mac));

        vrio("nic", "detach", "net", "--domain", "vm1").assertOk();

        assertFalse(guest.run("cat /sys/class/net/*/address").contains(mac));
    }

    @Test
    void shouldBeThereAtTheNextStartWhenPersistent() throws Exception {
        hosts.define(new DomainText("vm2"));
        CommandOutcome attached = vrio("disk", "attach", "data", "--domain", "vm2").assertOk();
        assertEquals("vda\n", attached.out());
        assertEquals("", attached.err());

        GuestShell started = hosts.start("vm2");

        assertEquals("131072", started.run("cat /sys/block/vda/size"));
        vrio("disk", "detach", "data", "--domain", "vm2", "--persistent").assertOk();
        assertEquals("", started.run("ls /sys/block | grep vd || true"));
        hosts.virsh("destroy", "vm2").assertOk();
        assertFalse(xml("vm2").contains("data.sock"));
        hosts.virsh("undefine", "vm2").assertOk();
    }

    @Test
    void shouldLeaveNothingOfADiskThatTheIohypDoesNotHave() throws Exception {
        CommandOutcome refused = vrio("disk", "attach", "missing", "--domain", "vm1");

        assertEquals(1, refused.exitStatus());
        assertTrue(
                refused.err()
                        .matches(
                                "vrio disk attach: the IOhyp refuses disk missing: .*; nothing is left of it\n"),
                refused.err());
    }

    @Test
    void shouldFreeNothingThatTheGuestHolds() throws Exception {
        vrio("disk", "attach", "data", "--domain", "vm1").assertOk();
        awaitDisk();
        hosts.virsh("suspend", "vm1").assertOk();

        CommandOutcome refused =
                vrio("disk", "detach", "data", "--domain", "vm1", "--timeout", "1s");

        assertEquals(1, refused.exitStatus());
        assertTrue(
                refused.err()
                        .startsWith(
                                "vrio disk detach: the guest of vm1 has not let go of the disk at"
                                        + " /run/vrio/data.sock within 1 s"),
                refused.err());
        assertEquals("data ", served());
        hosts.virsh("resume", "vm1").assertOk();
        Await.until("the guest has let go", () -> !xml("vm1").contains("data.sock"));
        vrio("disk", "delete", "data").assertOk();
    }

    @Test
    void shouldSayThatTheDomainIsNotThere() throws Exception {
        vrio("disk", "attach", "data", "--domain", "vm7")
                .assertRefused(
                        1,
                        "vrio disk attach: there is no domain vm7; see virsh list --all, or name its"
                                + " libvirt with --connect");
    }
}
