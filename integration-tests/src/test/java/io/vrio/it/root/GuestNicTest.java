// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.qemu.NicOptions;
import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stock guest whose NIC of two queue pairs is a tap of another host, on a bridge there. One guest
 * for all tests; each leaves the NIC as it was.
 */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class GuestNicTest {
    @TempDir static Path folder;
    private static NetworkedGuest guest;
    private static RunningGuest running;

    @BeforeAll
    static void open() throws Exception {
        guest = NetworkedGuest.prepare(folder, 1500);
        guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE);
        running = guest.boot("--queues", "2");
    }

    @AfterAll
    static void close() {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    void shouldGetAnAddressByDhcp() {
        running.run("ip address flush dev eth0");

        running.run(NetworkedGuest.DHCP);

        assertTrue(running.run("ip address show dev eth0").contains("inet 10.80.0."));
    }

    @Test
    void shouldPingWithFramesOfTheMtu() {
        guest.assertPings("-s 1472");
    }

    @Test
    void shouldFetchDataUnchanged() throws Exception {
        guest.assertFetches(32 << 20);
    }

    @Test
    void shouldSendDataUnchanged() throws Exception {
        guest.assertSends(16 << 20);
    }

    @Test
    void shouldFetchAndSendWithoutOffloadsOfTheGuest() throws Exception {
        running.run("ethtool -K eth0 tx off tso off gso off gro off");

        guest.assertFetches(4 << 20);
        guest.assertSends(4 << 20);

        running.run("ethtool -K eth0 tx on tso on gso on gro on");
    }

    /** Linux sends by the queue of the CPU that sends. */
    @Test
    void shouldSendByBothQueuePairs() {
        long firstBefore = queueFrames(0);
        long secondBefore = queueFrames(1);

        running.run("taskset 1 ping -q -c 5 -A " + Lan.ADDRESS);
        running.run("taskset 2 ping -q -c 5 -A " + Lan.ADDRESS);

        assertTrue(queueFrames(0) - firstBefore >= 5, "too few sent by the first queue");
        assertTrue(queueFrames(1) - secondBefore >= 5, "too few sent by the second queue");
    }

    private static long queueFrames(int queue) {
        String line = running.run("ethtool -S eth0 | grep -w tx_queue_" + queue + "_packets");
        return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
    }

    @Test
    void shouldCarryManyStreamsBothWays() {
        running.run("iperf3 -c " + Lan.ADDRESS + " -n 16M -P 4");
        running.run("iperf3 -c " + Lan.ADDRESS + " -n 16M -P 4 -R");
    }

    @Test
    void shouldCarryDatagramsLongerThanTheMtu() {
        running.run("iperf3 -c " + Lan.ADDRESS + " -u -b 20M -n 1M -l 8000");
    }

    @Test
    void shouldShowAPulledCableWhileTheLinkIsDown() throws Exception {
        guest.assertPings("-s 100");

        guest.atIohyp("nic", "set-link", "vm1", "down");
        running.run(NicOptions.until("grep -q 0 /sys/class/net/eth0/carrier"));
        int statusWhileDown = running.outcome("ping -q -c 2 -W 1 " + Lan.ADDRESS).exitStatus();
        int carrierWhileDown =
                running.outcome("grep -q 1 /sys/class/net/eth0/carrier").exitStatus();
        guest.atIohyp("nic", "set-link", "vm1", "up");
        running.run(NicOptions.until("grep -q 1 /sys/class/net/eth0/carrier"));

        assertEquals(1, statusWhileDown);
        assertEquals(1, carrierWhileDown);
        running.run(NicOptions.until("ping -q -c 1 -W 1 " + Lan.ADDRESS));
        guest.assertPings("-s 100");
    }

    @Test
    void shouldGoOnAfterTheIohypWasKilled() throws Exception {
        guest.restartIohyp();

        running.run(NicOptions.until("ping -q -c 1 -W 1 " + Lan.ADDRESS));
        guest.assertFetches(1 << 20);
    }

    @Test
    void shouldGoOnAfterTheServerWasKilled() throws Exception {
        guest.restartServer();

        running.run(NicOptions.until("ping -q -c 1 -W 1 " + Lan.ADDRESS));
        guest.assertFetches(1 << 20);
    }

    @Test
    void shouldFinishATransferDuringWhichTheIohypWasKilled() throws Exception {
        guest.startFetching(64 << 20);

        guest.restartIohyp();

        guest.assertFetched(64 << 20);
    }
}
