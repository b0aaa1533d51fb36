// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.it.Requires;
import io.vrio.it.root.TestFrame.Station;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests on taps that are ports of an Open vSwitch. */
@Tag("root")
final class OpenVSwitchTest {
    private static final Station GUEST = Station.of("52:54:00:00:00:02", "10.79.0.2");
    private static final Station OTHER = Station.of("52:54:00:00:00:03", "10.79.0.3");
    private static final int TIMEOUT_MS = 10_000;

    @TempDir Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Namespace host;
    private OpenVSwitch ovs;

    @BeforeEach
    void open() throws Exception {
        Requires.root();
        for (String program : new String[] {"ip", "ovs-vswitchd", "ovsdb-server", "ovs-vsctl"}) {
            Requires.program(program);
        }
        host = new Namespace("ovs");
        opened.add(host);
        ovs = new OpenVSwitch(host, folder);
        opened.add(ovs);
        host.run("ip", "address", "add", "10.79.0.1/24", "dev", OpenVSwitch.BRIDGE);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private NicGuest guest(String tap, Station station) throws BackendException {
        NicGuest guest = new NicGuest(host, "tap:" + tap, station);
        opened.add(guest);
        return guest;
    }

    private void assertAnswersPings(NicGuest guest) throws Exception {
        InetAddress address = InetAddress.getByName("10.79.0.2");
        CompletableFuture<Boolean> ping =
                CompletableFuture.supplyAsync(
                        () -> host.call(() -> address.isReachable(TIMEOUT_MS)));
        assertTrue(guest.await(ping::isDone));
        assertTrue(ping.join());
        assertTrue(guest.received().stream().anyMatch(f -> f.isIp(TestFrame.PROTOCOL_ICMP)));
    }

    @Test
    void shouldAnswerPingsThroughTheSwitch() throws Exception {
        NicGuest guest = guest("vm1", GUEST);
        ovs.control("add-port", OpenVSwitch.BRIDGE, "vm1");

        assertAnswersPings(guest);
    }

    @Test
    void shouldJoinGuestsOfOneVlanAndNoOthers() throws Exception {
        NicGuest guest = guest("vm1", GUEST);
        NicGuest other = guest("vm2", OTHER);
        NicGuest stranger = guest("vm3", OTHER);
        ovs.control("add-port", OpenVSwitch.BRIDGE, "vm1", "tag=5");
        ovs.control("add-port", OpenVSwitch.BRIDGE, "vm2", "tag=5");
        ovs.control("add-port", OpenVSwitch.BRIDGE, "vm3", "tag=6");

        guest.send(TestFrame.udp(GUEST, OTHER, 7777, new byte[99]));

        assertTrue(other.awaitFrame(frame -> frame.isIp(TestFrame.PROTOCOL_UDP)));
        stranger.step();
        assertEquals(List.of(), stranger.received());
    }

    /** A switch in user space does not look for a tap that was made anew: it has to stay. */
    @Test
    void shouldStayAPortOverRestartsWhenTheTapIsPersistent() throws Exception {
        host.run("ip", "tuntap", "add", "vm1", "mode", "tap");
        ovs.control("add-port", OpenVSwitch.BRIDGE, "vm1");
        new NicGuest(host, "tap:vm1", GUEST).close();

        assertAnswersPings(guest("vm1", GUEST));
    }

    @Test
    void shouldSayHowATapBecomesAPortOfThisSwitch() {
        BackendException refusal =
                assertThrows(
                        BackendException.class,
                        () -> guest("vm1,bridge=" + OpenVSwitch.BRIDGE, GUEST));

        assertEquals(
                "ovs0 is no Linux bridge; if it is one of Open vSwitch, leave out the bridge, and run"
                        + " once: ip tuntap add vm1 mode tap && ovs-vsctl add-port ovs0 vm1",
                refusal.getMessage());
    }
}
