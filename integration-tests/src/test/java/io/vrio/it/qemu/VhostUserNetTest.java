// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two stock guests in two QEMUs use NICs of this process with a cable between them. The left one
 * has all abilities and stays, the right one those that a test is about.
 */
@Tag("qemu")
@Timeout(180)
final class VhostUserNetTest {
    private static final String LEFT = "10.82.0.1";
    private static final String RIGHT = "10.82.0.2";
    private static final String ALL = "disable-legacy=off";

    @TempDir private static Path folder;
    private static CabledNics nics;
    private static RunningGuest left;
    private RunningGuest right;

    @BeforeAll
    static void open() throws Exception {
        GuestBoot.prepare();
        nics = new CabledNics(folder, 9000);
        left = boot(nics.left() + ",mac=52:54:00:00:00:01", ALL, LEFT);
    }

    @AfterAll
    static void close() {
        if (left != null) {
            left.close();
        }
        if (nics != null) {
            nics.close();
        }
    }

    @AfterEach
    void closeRight() {
        right.close();
    }

    private void bootRight(String options) throws Exception {
        right = boot(nics.right() + ",mac=52:54:00:00:00:02", options, RIGHT);
    }

    private static RunningGuest boot(String nic, String options, String address) throws Exception {
        RunningGuest guest =
                GuestBoot.onNics(nic + ",host_mtu=9000," + options)
                        .with("--queues", "2")
                        .start(folder, "guest" + address);
        guest.run("ip link set eth0 up");
        guest.run("ip address add " + address + "/24 dev eth0");
        guest.run("httpd -h /tmp");
        return guest;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ALL + ",rx_queue_size=1024,tx_queue_size=1024",
                "disable-modern=on,event_idx=off,indirect_desc=off",
                "disable-legacy=on,mrg_rxbuf=off",
                NicOptions.NO_OFFLOADS,
            })
    void shouldCarryJumboFramesUnchanged(String options) throws Exception {
        bootRight(options);

        assertEquals("9000", right.run("cat /sys/class/net/eth0/mtu"));
        assertPings("-s 8972");
        assertCarriesBothWays();
    }

    @ParameterizedTest
    @ValueSource(strings = {ALL, NicOptions.NO_OFFLOADS + ",disable-modern=on"})
    void shouldCarryFramesOf1500BytesUnchanged(String options) throws Exception {
        bootRight(options);
        left.run("ip link set eth0 mtu 1500");
        right.run("ip link set eth0 mtu 1500");

        assertPings("-s 1472");
        assertCarriesBothWays();

        left.run("ip link set eth0 mtu 9000");
    }

    @Test
    void shouldCarryNothingWhileTheLinkIsDown() throws Exception {
        bootRight(ALL);
        assertPings("-s 100");

        nics.setLink(false);
        assertEquals(1, left.outcome("ping -q -c 1 -W 1 " + RIGHT).exitStatus());

        nics.setLink(true);
        assertPings("-s 100");
    }

    @Test
    void shouldCarryOnAfterTheServerWasStartedAgain() throws Exception {
        bootRight(ALL);
        nics.close();
        left.run(NicOptions.until("grep -q 0 /sys/class/net/eth0/carrier"));

        nics = new CabledNics(folder, 9000);
        left.run(NicOptions.until("ping -q -c 1 -W 1 " + RIGHT));
        assertCarriesBothWays();
    }

    private void assertPings(String options) {
        String command = Pings.command(5, options + " " + RIGHT);
        String said = String.join("\n", left.outcome(command).lines());
        Pings.assertAnswered(5, said + nics.counters());
    }

    private void assertCarriesBothWays() {
        assertCarries(left, LEFT, right);
        assertCarries(right, RIGHT, left);
        right.run("iperf3 --server --one-off --daemon");
        left.run("iperf3 -n 8M -P 4 -c " + RIGHT);
        right.run("iperf3 --server --one-off --daemon");
        left.run("iperf3 -n 1M -u -b 50M -l 12000 -c " + RIGHT);
    }

    private static void assertCarries(RunningGuest from, String address, RunningGuest to) {
        from.run("head -c 4194304 /dev/urandom >/tmp/sent");
        String sent = from.run("sha256sum </tmp/sent");
        assertEquals(sent, to.run("wget -q -O - http://" + address + "/sent | sha256sum"));
    }
}
