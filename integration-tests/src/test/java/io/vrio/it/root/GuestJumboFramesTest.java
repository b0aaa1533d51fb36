// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stock guest whose NIC has an MTU of 9000 bytes, as both networks have. */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class GuestJumboFramesTest {
    @TempDir static Path folder;
    private static NetworkedGuest guest;
    private static RunningGuest running;

    @BeforeAll
    static void open() throws Exception {
        guest = NetworkedGuest.prepare(folder, 9000);
        guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE + ",mtu=9000");
        running = guest.boot("--nic-option", "host_mtu=9000");
    }

    @AfterAll
    static void close() {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    void shouldTellTheGuestTheMtu() {
        assertEquals("9000", running.run("cat /sys/class/net/eth0/mtu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void shouldCarryDataUnchanged(String wireOffloads) throws Exception {
        guest.setWireOffloads(wireOffloads);

        guest.assertPings("-s 8972");
        guest.assertFetches(8 << 20);
        guest.assertSends(8 << 20);
        running.run("iperf3 -c " + Lan.ADDRESS + " -n 16M");
        running.run("iperf3 -c " + Lan.ADDRESS + " -n 16M -R");
    }

    @Test
    void shouldCarryDataWithoutOffloadsOfTheGuest() throws Exception {
        running.run("ethtool -K eth0 tx off tso off gso off gro off");

        guest.assertFetches(4 << 20);
        guest.assertSends(4 << 20);

        running.run("ethtool -K eth0 tx on tso on gso on gro on");
    }
}
