// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.it.Requires;
import io.vrio.it.root.TestFrame.Station;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guest that has all of an interface; another machine, or another guest, at the far end. */
@Tag("root")
final class RawNicTest {
    private static final Station GUEST = Station.of("52:54:00:00:00:02", "10.79.0.2");
    private static final Station OTHER = Station.of("52:54:00:00:00:03", "10.79.0.3");
    private static final int TIMEOUT_MS = 10_000;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Namespace host;
    private Namespace machine;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        host = new Namespace("raw");
        opened.add(host);
        machine = new Namespace("machine");
        opened.add(machine);
        host.run("ip", "link", "add", "near9", "type", "veth", "peer", "name", "far9");
        host.run("ip", "link", "set", "far9", "netns", machine.name());
        machine.run("ip", "link", "set", "far9", "up");
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private NicGuest guest(Namespace where, String spec, Station station) throws BackendException {
        NicGuest guest = new NicGuest(where, spec, station);
        opened.add(guest);
        return guest;
    }

    private NicGuest guest() throws BackendException {
        NicGuest guest = guest(host, "raw:near9", GUEST);
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
        return guest;
    }

    private String refusal(String spec) {
        return assertThrows(BackendException.class, () -> guest(host, spec, GUEST)).getMessage();
    }

    @Test
    void shouldAnswerThePingsOfAnotherMachine() throws Exception {
        machine.run("ip", "address", "add", "10.79.0.1/24", "dev", "far9");
        NicGuest guest = guest();
        assertTrue(pings(guest));
    }

    private boolean pings(NicGuest guest) throws Exception {
        InetAddress address = InetAddress.getByName("10.79.0.2");
        CompletableFuture<Boolean> ping =
                CompletableFuture.supplyAsync(
                        () -> machine.call(() -> address.isReachable(TIMEOUT_MS)));
        assertTrue(guest.await(ping::isDone));
        return ping.join();
    }

    @Test
    void shouldCarryASuperFrameWhole() throws Exception {
        NicGuest guest = guest();
        NicGuest other = guest(machine, "raw:far9", OTHER);
        other.send(TestFrame.tcp(OTHER, GUEST, 60_000, 1460));
        assertTrue(guest.awaitFrame(f -> f.isIp(TestFrame.PROTOCOL_TCP)));
        TestFrame frame = guest.received().get(guest.received().size() - 1);
        assertArrayEquals(TestFrame.payload(60_000), frame.payloadBehind(TestFrame.TCP));
        assertEquals(NetFrame.GSO_TCPV4, frame.gsoType());
    }

    /** Whoever receives a frame on Linux finds its outer tag beside it, not in it. */
    @Test
    void shouldPutBackTheTagThatTheKernelTookOut() throws Exception {
        NicGuest guest = guest();
        NicGuest other = guest(machine, "raw:far9", OTHER);
        TestFrame sent = TestFrame.tcp(OTHER, GUEST, 30_000, 1460).withTag(5);
        other.send(sent);
        assertTrue(guest.awaitFrame(f -> f.type() == 0x8100));
        TestFrame frame = guest.received().get(guest.received().size() - 1);
        assertArrayEquals(sent.bytes(), frame.bytes());
        assertEquals(34 + 4, frame.checksumStart());
        assertEquals(1460, frame.gsoSize());
        assertEquals(NetFrame.GSO_TCPV4, frame.gsoType());
    }

    @Test
    void shouldReceiveWhatIsForNobodyHere() throws Exception {
        NicGuest guest = guest();
        NicGuest other = guest(machine, "raw:far9", OTHER);
        Station nobody = Station.of("52:54:00:00:00:77", "10.79.0.77");
        other.send(TestFrame.udp(OTHER, nobody, 1, new byte[10]));
        assertTrue(guest.awaitFrame(f -> f.source() == OTHER.mac()));
    }

    @Test
    void shouldFollowTheCable() throws Exception {
        NicGuest guest = guest();
        machine.run("ip", "link", "set", "far9", "down");
        assertTrue(guest.await(() -> !guest.nic().properties().isLinkUp()));
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertEquals(1, guest.dropped(NetDrop.LINK_DOWN));
        machine.run("ip", "link", "set", "far9", "up");
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
    }

    @Test
    void shouldGoOnAfterTheInterfaceWasDown() throws Exception {
        NicGuest guest = guest();
        NicGuest other = guest(machine, "raw:far9", OTHER);
        host.run("ip", "link", "set", "near9", "down");
        assertTrue(guest.await(() -> !guest.nic().properties().isLinkUp()));
        host.run("ip", "link", "set", "near9", "up");
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
        assertTrue(other.await(() -> other.nic().properties().isLinkUp()));
        other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[10]));
        assertTrue(guest.awaitFrame(f -> f.source() == OTHER.mac()));
    }

    @Test
    void shouldFailWhenTheInterfaceIsTakenAway() throws Exception {
        NicGuest guest = guest();
        host.run("ip", "link", "delete", "near9");
        assertTrue(guest.await(() -> guest.nic().failure() != null));
        assertFalse(guest.nic().properties().isLinkUp());
    }

    /** The buffer has 16 MiB, which the kernel doubles for its own needs. */
    @Test
    void shouldCountWhatTheKernelHadNoRoomFor() throws Exception {
        NicGuest guest = guest();
        NicGuest other = guest(machine, "raw:far9", OTHER);
        for (int i = 0; i < 1500; i++) {
            other.send(TestFrame.tcp(OTHER, GUEST, 60_000, 1460));
        }
        assertTrue(LinkEnd.await(() -> guest.dropped(NetDrop.NO_ROOM) > 0));
    }

    @Test
    void shouldRefuseAnUnknownInterface() {
        assertEquals(
                "there is no network interface eth7: `ip link` lists those there are",
                refusal("raw:eth7"));
    }

    @Test
    void shouldRefuseTheLoopback() {
        assertEquals("lo is not Ethernet: name a NIC, bond, VLAN or veth", refusal("raw:lo"));
    }

    @Test
    void shouldRefuseAPortOfABridge() {
        host.run("ip", "link", "add", "br0", "type", "bridge");
        host.run("ip", "link", "set", "near9", "master", "br0");
        assertTrue(refusal("raw:near9").startsWith("near9 is a port of a bridge or bond: "));
    }

    @Test
    void shouldRefuseALargerMtuThanTheInterfaceHas() {
        assertEquals("mtu=9000: near9 has 1500", refusal("raw:near9,mtu=9000"));
    }
}
