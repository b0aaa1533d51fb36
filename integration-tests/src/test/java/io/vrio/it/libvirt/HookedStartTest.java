// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Await;
import io.vrio.it.qemu.GuestShell;
import io.vrio.it.root.CommandOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Domains whose devices nobody has made but libvirt's hook. */
@Tag("libvirt")
@Timeout(120)
final class HookedStartTest {
    @TempDir static Path folder;
    private static LibvirtHosts hosts;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk=root=ram:64M", "--nic=lan=switch:lan");
        startServer();
    }

    /** Without any device. */
    private static void startServer() throws Exception {
        hosts.daemons().server("--log-level=info");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void endDomains() throws Exception {
        for (String name : hosts.virsh("list", "--all", "--name").assertOk().out().split("\\s+")) {
            hosts.virsh("destroy", name);
            hosts.virsh("undefine", name);
        }
    }

    private static DomainText vm(String name) {
        return new DomainText(name)
                .with(DomainText.disk("root", "vda"))
                .with(DomainText.nic("lan", "52:54:00:00:00:01"));
    }

    private static String atServer(String... words) throws Exception {
        return hosts.daemons().atServer(words).assertOk().out();
    }

    private static boolean isServed(String device) {
        return Files.exists(hosts.libvirtd().outside(DomainText.socket(device).toString()));
    }

    @Test
    void shouldMakeAndFreeTheDevicesOfADomain() throws Exception {
        hosts.define(vm("vm1"));
        GuestShell guest = hosts.start("vm1");

        assertEquals("131072", guest.run("cat /sys/block/vda/size"));
        assertTrue(atServer("domain", "list").contains("root   lan"), atServer("domain", "list"));
        hosts.virsh("destroy", "vm1").assertOk();
        assertFalse(isServed("root"));
        assertFalse(isServed("lan"));
    }

    /** What virsh shows is what its user has to go by. */
    @Test
    void shouldRefuseAStartInOneLine() throws Exception {
        hosts.define(new DomainText("vm1").with(DomainText.disk("missing", "vda")));

        CommandOutcome start = hosts.virsh("start", "vm1");

        assertEquals(1, start.exitStatus());
        assertTrue(
                start.err().contains("vrio: disk missing is refused by the IOhyp: "), start.err());
        assertFalse(isServed("missing"));
    }

    @Test
    void shouldRefuseASecondGuestOfOneDisk() throws Exception {
        hosts.define(vm("vm1"));
        hosts.define(new DomainText("vm2").with(DomainText.disk("root", "vda")));
        hosts.virsh("start", "vm1").assertOk();

        CommandOutcome second = hosts.virsh("start", "vm2");

        assertTrue(second.err().contains("vrio: disk root belongs to domain vm1: "), second.err());
        assertEquals("running", hosts.virsh("domstate", "vm1").assertOk().out().strip());
    }

    @Test
    void shouldServeWhatTheMetadataDescribesForLater() throws Exception {
        String described =
                "<vrio:devices xmlns:vrio='https://vrio.io/xmlns/domain/1.0'>"
                        + "<vrio:disk name='root'/></vrio:devices>";
        hosts.define(new DomainText("vm1").describing(described));
        GuestShell guest = hosts.start("vm1");

        hosts.change("attach-device", "vm1", DomainText.disk("root", "vda")).assertOk();

        guest.run("until [ -b /dev/vda ]; do sleep 0.1; done");
    }

    /** A server that has forgotten all is told by libvirtd, when that is restarted. */
    @Test
    void shouldLearnWhatRunsFromALibvirtdThatWasRestarted() throws Exception {
        hosts.define(vm("vm1"));
        hosts.start("vm1");
        hosts.daemons().server().close();
        Path state = hosts.libvirtd().outside("/run/vrio/server.control.state");
        Files.delete(state.resolve("disks.json"));
        Files.delete(state.resolve("nics.json"));
        startServer();
        assertFalse(isServed("root"));

        hosts.libvirtd().restart();

        Await.until("the server knows vm1", () -> atServer("domain", "list").contains("vm1"));
        assertTrue(isServed("root"));
    }

    @Test
    void shouldServeARunningGuestAgainAfterARestart() throws Exception {
        hosts.define(vm("vm1"));
        GuestShell guest = hosts.start("vm1");

        hosts.daemons().server().close();
        startServer();

        guest.run("dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct");
        assertTrue(atServer("domain", "show", "vm1").contains("attached"));
    }
}
