// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.qemu.GuestShell;
import io.vrio.it.qemu.NicOptions;
import io.vrio.it.root.CommandOutcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** virsh attach-device and detach-device, on one running guest after the other. */
@Tag("libvirt")
@Timeout(120)
final class AttachDeviceTest {
    private static final String DISK = DomainText.disk("data", "vdb");
    private static final String NIC = DomainText.nic("lan", "52:54:00:00:00:01");

    /** A line for the guest that succeeds once it has the device, and one for its absence. */
    private static final String HAS_DISK = NicOptions.until("[ -b /dev/vdb ]");

    private static final String HAS_NO_DISK = NicOptions.until("[ ! -e /dev/vdb ]");
    private static final String HAS_NIC = NicOptions.until("[ -e /sys/class/net/eth0 ]");
    private static final String HAS_NO_NIC = NicOptions.until("[ ! -e /sys/class/net/eth0 ]");
    private static final String PINGS =
            "ip address add 10.99.0.2/24 dev eth0 && ip link set eth0 up && "
                    + NicOptions.until("ping -q -c 1 -W 5 10.99.0.1");

    @TempDir static Path folder;
    private static LibvirtHosts hosts;
    private static GuestShell guest;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk=vm1=ram:64M", "--disk=data=ram:16M", "--nic=lan=tap:lan");
        hosts.hosts().ioHost().run("ip", "address", "add", "10.99.0.1/24", "dev", "lan");
        hosts.daemons().server("--disk=vm1", "--disk=data", "--nic=lan");
        hosts.define(new DomainText("vm1").with(DomainText.disk("vm1", "vda")));
        guest = hosts.start("vm1");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void shouldAttachADiskToARunningGuest() throws Exception {
        hosts.change("attach-device", "vm1", DISK).assertOk();
        guest.run(HAS_DISK);
        assertEquals("32768", guest.run("cat /sys/block/vdb/size"));
        guest.run("head -c 1048576 /dev/urandom >/tmp/data");
        guest.run("dd if=/tmp/data of=/dev/vdb bs=1M conv=fsync 2>/dev/null");
        guest.run("dd if=/dev/vdb of=/tmp/read bs=1M count=1 iflag=direct 2>/dev/null");
        guest.run("cmp /tmp/data /tmp/read");
        hosts.change("detach-device", "vm1", DISK).assertOk();
        guest.run(HAS_NO_DISK);
    }

    @Test
    void shouldFindTheDataOfADetachedDiskAgain() throws Exception {
        hosts.change("attach-device", "vm1", DISK).assertOk();
        guest.run(HAS_DISK + "; echo kept | dd of=/dev/vdb conv=fsync 2>/dev/null");
        hosts.change("detach-device", "vm1", DISK).assertOk();
        guest.run(HAS_NO_DISK);
        hosts.change("attach-device", "vm1", DISK).assertOk();
        assertEquals("kept", guest.run(HAS_DISK + "; head -n 1 /dev/vdb"));
        hosts.change("detach-device", "vm1", DISK).assertOk();
        guest.run(HAS_NO_DISK);
    }

    @Test
    void shouldAttachANicToARunningGuest() throws Exception {
        hosts.change("attach-device", "vm1", NIC).assertOk();
        guest.run(HAS_NIC);
        assertEquals("52:54:00:00:00:01", guest.run("cat /sys/class/net/eth0/address"));
        guest.run(PINGS);
        hosts.change("detach-device", "vm1", NIC).assertOk();
        guest.run(HAS_NO_NIC);
    }

    @Test
    void shouldKeepPersistentDevicesOverARestartOfTheDomain() throws Exception {
        hosts.change("attach-device", "vm1", DISK, "--persistent").assertOk();
        hosts.change("attach-device", "vm1", NIC, "--persistent").assertOk();
        guest.run(HAS_DISK + "; echo before | dd of=/dev/vdb conv=fsync 2>/dev/null");
        hosts.virsh("destroy", "vm1").assertOk();
        guest = hosts.start("vm1");
        assertEquals("before", guest.run(HAS_DISK + "; head -n 1 /dev/vdb"));
        guest.run(PINGS);
        hosts.change("detach-device", "vm1", DISK, "--persistent").assertOk();
        hosts.change("detach-device", "vm1", NIC, "--persistent").assertOk();
        guest.run(HAS_NO_DISK + "; " + HAS_NO_NIC);
        assertEquals("vda", targets("domblklist", "vm1", "--inactive"));
        assertEquals("", targets("domiflist", "vm1", "--inactive"));
    }

    @Test
    void shouldLeaveTheGuestAloneWhenThereIsNoSuchSocket() throws Exception {
        CommandOutcome refused =
                hosts.change("attach-device", "vm1", DomainText.disk("missing", "vdc"));
        assertEquals(1, refused.exitStatus());
        assertTrue(refused.err().contains("/run/vrio/missing.sock"), refused.err());
        assertEquals("vda", targets("domblklist", "vm1"));
        guest.run("dd if=/dev/vda of=/dev/null bs=1M count=1 2>/dev/null");
    }

    /** The first column of what virsh lists. */
    private static String targets(String... words) throws Exception {
        return hosts.virsh(words).assertOk().out().strip().split("\\s+")[0];
    }
}
