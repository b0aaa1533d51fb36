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

/**
 * What libvirt refuses for vhost-user devices reaches the guest all the same, from the I/O host.
 */
@Tag("libvirt")
@Timeout(120)
final class SeenByGuestTest {
    @TempDir static Path folder;
    private static LibvirtHosts hosts;
    private static GuestShell guest;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons()
                .iohyp(
                        "--disk=vm1=file:" + folder.resolve("vm1.img") + ",size=64M,serial=SN-4711",
                        "--disk=fixed=ram:16M,readonly",
                        "--nic=lan=tap:lan");
        hosts.daemons().server("--disk=vm1", "--disk=fixed", "--nic=lan");
        hosts.define(
                new DomainText("vm1")
                        .with(DomainText.disk("vm1", "vda"), DomainText.disk("fixed", "vdb"))
                        .with(DomainText.nic("lan", "52:54:00:00:00:01")));
        guest = hosts.start("vm1");
    }

    @AfterAll
    static void close() throws IOException {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void shouldShowTheSerial() {
        // The kernel writes no end of line.
        assertEquals("SN-4711", guest.run("echo $(cat /sys/block/vda/serial)"));
    }

    @Test
    void shouldShowThatADiskIsReadOnly() {
        assertEquals("0 1", guest.run("echo $(cat /sys/block/vda/ro /sys/block/vdb/ro)"));
    }

    @Test
    void shouldShowANewSize() throws Exception {
        hosts.daemons().atIohyp("disk", "resize", "vm1", "96M").assertOk();
        guest.run(NicOptions.until("grep -q 196608 /sys/block/vda/size"));
        guest.run("dd if=/dev/zero of=/dev/vda bs=1M seek=95 count=1 conv=fsync 2>/dev/null");
    }

    @Test
    void shouldShowTheStateOfALink() throws Exception {
        guest.run("ip link set eth0 up; " + NicOptions.until(carrier(1)));
        hosts.daemons().atIohyp("nic", "set-link", "lan", "down").assertOk();
        guest.run(NicOptions.until(carrier(0)));
        hosts.daemons().atIohyp("nic", "set-link", "lan", "up").assertOk();
        guest.run(NicOptions.until(carrier(1)));
    }

    private static String carrier(int state) {
        return "grep -q " + state + " /sys/class/net/eth0/carrier";
    }
}
