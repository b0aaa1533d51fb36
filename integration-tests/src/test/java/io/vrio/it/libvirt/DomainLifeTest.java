// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.qemu.GuestShell;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A domain with a remote disk, from its definition to its end. */
@Tag("libvirt")
@Timeout(120)
final class DomainLifeTest {
    @TempDir static Path folder;
    private static LibvirtHosts hosts;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk", "vm1=ram:64M");
        hosts.daemons().server("--disk", "vm1");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void shouldGiveAGuestItsRemoteDisk() throws Exception {
        hosts.define(new DomainText("vm1").with(DomainText.disk("vm1", "vda")));
        GuestShell guest = hosts.start("vm1");
        assertEquals("131072", guest.run("cat /sys/block/vda/size"));
        guest.run("echo written through libvirt | dd of=/dev/vda conv=fsync 2>/dev/null");
        hosts.virsh("destroy", "vm1").assertOk();
        GuestShell again = hosts.start("vm1");
        assertEquals("written through libvirt", again.run("head -n 1 /dev/vda"));
        hosts.virsh("destroy", "vm1").assertOk();
        hosts.virsh("undefine", "vm1").assertOk();
        assertEquals("", hosts.virsh("list", "--all", "--name").assertOk().out().strip());
    }
}
