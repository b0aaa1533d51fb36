// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.NicOptions;
import io.vrio.it.qemu.Pings;
import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * QEMU in the containers of two VM hosts: each guest has a NIC at a switch in the IOhyp and a disk
 * of its own.
 */
@Tag("container")
@Timeout(120)
final class ContainerGuestsTest {
    private static final String FIRST = "10.82.0.1";
    private static final String SECOND = "10.82.0.2";

    @TempDir static Path folder;
    private static final Deque<Runnable> opened = new ArrayDeque<>();
    private static ContainerSite site;
    private static RunningGuest first;
    private static RunningGuest second;

    @BeforeAll
    static void open() throws Exception {
        Requires.docker();
        GuestBoot.prepare();
        site = new ContainerSite(folder, 1500);
        opened.push(site::close);
        site.iohyp(
                site.disk("a", "8M"),
                site.disk("b", "8M"),
                "--nic=n1=switch:s",
                "--nic=n2=switch:s");
        ContainerHost host = site.server("--disk=a", "--nic=n1");
        ContainerHost secondHost = site.secondServer("--disk=b", "--nic=n2");
        first = boot(host, "a", "n1", "01");
        second = boot(secondHost, "b", "n2", "02");
        address(first, FIRST);
        address(second, SECOND);
    }

    private static RunningGuest boot(ContainerHost host, String disk, String nic, String macEnd)
            throws Exception {
        RunningGuest guest =
                GuestBoot.onNic(Path.of(host.socket(nic) + ",mac=52:54:00:00:08:" + macEnd))
                        .with("--socket", host.socket(disk).toString())
                        .inside(host.enter())
                        .start(host.folder(), "guest");
        opened.push(guest::close);
        return guest;
    }

    private static void address(RunningGuest guest, String address) {
        guest.run("ip link set eth0 up");
        guest.run("ip address add " + address + "/24 dev eth0");
    }

    @AfterAll
    static void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }

    @Test
    void shouldJoinGuestsOfTwoVmHosts() throws Exception {
        Pings.assertAnswered(5, first.run(Pings.command(5, SECOND)));

        second.run("iperf3 --server --one-off --daemon");
        first.run(NicOptions.until("iperf3 -n 16M -c " + SECOND));

        site.firewall().assertSawOnlyValidFrames(100);
    }

    @Test
    void shouldSendAFileFromDiskToDisk() {
        first.run("head -c 4000000 /dev/urandom >/tmp/file");
        first.run("dd if=/tmp/file of=/dev/vda bs=64k conv=fsync && httpd -h /tmp");
        String fetch = "wget -q -O - http://" + FIRST + "/file";
        second.run(fetch + " | dd of=/dev/vda bs=64k iflag=fullblock conv=fsync");
        first.run("echo 3 >/proc/sys/vm/drop_caches");
        second.run("echo 3 >/proc/sys/vm/drop_caches");

        assertEquals(sum(first), sum(second));
    }

    private static String sum(RunningGuest guest) {
        return guest.run("head -c 4000000 /dev/vda | sha256sum");
    }
}
