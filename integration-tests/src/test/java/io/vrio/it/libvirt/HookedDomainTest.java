// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.qemu.GuestShell;
import io.vrio.it.qemu.NicOptions;
import io.vrio.it.root.CommandOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** libvirt calls our hook: the server has no options, a domain brings what it needs. */
@Tag("libvirt")
@Timeout(120)
final class HookedDomainTest {
    private static final String READS = "dd if=/dev/vda of=/dev/null bs=1M count=1 iflag=direct";
    private static final String SUM =
            "dd if=/dev/vda bs=64k count=256 iflag=direct 2>/dev/null | sha256sum";
    private static final String SAVED = "/var/lib/libvirt/vm1.save";
    private static final String CARRIER = "/sys/class/net/eth0/carrier";
    private static final String[] NO_OPTIONS = {};
    private static final Path STATE = Path.of("/run/vrio/server.control.state");

    @TempDir static Path folder;
    private static LibvirtHosts hosts;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk=root=ram:64M", "--disk=data=ram:16M", "--nic=lan=switch:lan");
        startServer();
    }

    private static void startServer() throws IOException {
        hosts.daemons().server(NO_OPTIONS);
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void forgetDomains() throws Exception {
        for (String name : names("list", "--name")) {
            hosts.virsh("destroy", name).assertOk();
        }
        for (String name : names("list", "--all", "--name")) {
            hosts.virsh("undefine", name).assertOk();
        }
    }

    private static List<String> names(String... words) throws Exception {
        return hosts.virsh(words).assertOk().out().lines().filter(line -> !line.isBlank()).toList();
    }

    private static DomainText domain(String name, String disk) {
        return new DomainText(name).with(DomainText.disk(disk, "vda"));
    }

    @Test
    void shouldMakeAndFreeWhatADomainHas() throws Exception {
        hosts.define(
                domain("vm1", "root")
                        .with(DomainText.nic("lan", "52:54:00:00:00:01"))
                        .describing("<vrio:disk name='data'/>"));
        GuestShell guest = hosts.start("vm1");
        guest.run(READS);
        guest.run("ip link set eth0 up; " + NicOptions.until("grep -q 1 " + CARRIER));
        hosts.change("attach-device", "vm1", DomainText.disk("data", "vdb")).assertOk();
        guest.run(NicOptions.until("[ -b /dev/vdb ]"));
        assertEquals(2, names("domblklist", "vm1").size());
        hosts.virsh("destroy", "vm1").assertOk();
        assertEquals("[ ]", served("disk"));
        assertEquals("[ ]", served("nic"));
    }

    @Test
    void shouldShowWhyAStartIsRefused() throws Exception {
        hosts.define(domain("vm1", "unknown"));
        CommandOutcome refused = hosts.virsh("start", "vm1");
        assertEquals(1, refused.exitStatus());
        assertTrue(
                refused.err()
                        .contains("vrio: disk unknown is refused by the IOhyp: this IOhyp has no"),
                refused.err());
        assertEquals(List.of(), names("list", "--name"));
        assertEquals("[ ]", served("disk"));
    }

    @Test
    void shouldRefuseASecondDomainAtOneSocket() throws Exception {
        hosts.define(domain("vm1", "root"));
        hosts.define(domain("vm2", "root"));
        GuestShell first = hosts.start("vm1");
        CommandOutcome refused = hosts.virsh("start", "vm2");
        assertEquals(1, refused.exitStatus());
        assertTrue(refused.err().contains("vrio: disk root belongs to domain vm1"), refused.err());
        first.run(READS);
    }

    @Test
    void shouldNeedTheServerOnlyForItsDevices() throws Exception {
        hosts.daemons().server().close();
        hosts.define(new DomainText("other"));
        hosts.define(domain("vm1", "root"));
        hosts.start("other").run("true");
        CommandOutcome refused = hosts.virsh("start", "vm1");
        startServer();
        assertEquals(1, refused.exitStatus());
        assertTrue(refused.err().contains("cannot be reached"), refused.err());
    }

    @Test
    void shouldServeARunningGuestAfterARestartOfTheServer() throws Exception {
        hosts.define(domain("vm1", "root"));
        GuestShell guest = hosts.start("vm1");
        hosts.daemons().server().close();
        startServer();
        guest.run(READS);
    }

    /** The server has lost what it knew; a restart of libvirtd tells it of the running domains. */
    @Test
    void shouldServeARunningGuestAfterARestartOfLibvirtd() throws Exception {
        hosts.define(domain("vm1", "root"));
        GuestShell guest = hosts.start("vm1");
        hosts.daemons().server().close();
        hosts.libvirtd().run("rm", "-r", STATE.toString()).assertOk();
        startServer();
        hosts.libvirtd().restart();
        guest.run(READS);
        assertTrue(hosts.daemons().atServer("domain", "list").assertOk().out().contains("vm1"));
    }

    /** A guest that has no device of ours when it is saved, but gets one afterwards. */
    @Test
    void shouldRestoreADomainWhoseSocketsWereElsewhere() throws Exception {
        hosts.libvirtd().run("install", "-d", "-g", "kvm", "-m", "0750", "/run/other").assertOk();
        hosts.define(
                new DomainText("vm1")
                        .describing("<vrio:disk name='data' socket='/run/other/data.sock'/>"));
        hosts.start("vm1").run("echo in memory >/tmp/word");
        hosts.virsh("save", "vm1", SAVED).assertOk();
        hosts.virsh("restore", SAVED).assertOk();
        String xml = hosts.virsh("dumpxml", "vm1").assertOk().out();
        assertTrue(xml.contains("/run/vrio/data.sock"), xml);
        GuestShell restored = hosts.shell("vm1");
        hosts.change("attach-device", "vm1", DomainText.disk("data", "vda")).assertOk();
        restored.run(NicOptions.until("[ -b /dev/vda ]") + "; " + READS);
        assertEquals("in memory", restored.run("cat /tmp/word"));
    }

    /** Requests and frames are under way when it is saved. */
    @Test
    void shouldSaveAndRestoreAGuestWithItsDevices() throws Exception {
        hosts.define(domain("vm1", "root").with(DomainText.nic("lan", "52:54:00:00:00:01")));
        GuestShell guest = hosts.start("vm1");
        guest.run("dd if=/dev/urandom of=/dev/vda bs=64k count=256 oflag=direct");
        String sum = guest.run(SUM);
        guest.run("ip link set eth0 up; " + NicOptions.until("grep -q 1 " + CARRIER));
        guest.run("while " + READS + " && echo >>/tmp/rounds; do :; done >/dev/null 2>&1 &");
        hosts.virsh("save", "vm1", SAVED).assertOk();
        assertEquals("[ ]", served("disk"));
        hosts.virsh("restore", SAVED).assertOk();
        GuestShell restored = hosts.shell("vm1");
        String rounds = restored.run("wc -l </tmp/rounds").strip();
        restored.run(NicOptions.until("[ $(wc -l </tmp/rounds) -gt " + rounds + " ]"));
        restored.run(NicOptions.until("grep -q 1 " + CARRIER));
        assertEquals(sum, restored.run(SUM));
    }

    private static String served(String noun) throws Exception {
        return hosts.daemons().atServer(noun, "list", "--format=json").assertOk().out().strip();
    }
}
