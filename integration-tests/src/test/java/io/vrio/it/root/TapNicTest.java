// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.it.Requires;
import io.vrio.it.root.TestFrame.Station;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guest on a tap of a real kernel, behind a bridge; another one at the far end of a cable. */
@Tag("root")
final class TapNicTest {
    private static final Station GUEST = Station.of("52:54:00:00:00:02", "10.79.0.2");
    private static final Station OTHER = Station.of("52:54:00:00:00:03", "10.79.0.3");
    private static final String HOST_ADDRESS = "10.79.0.1";
    private static final int MTU = 1500;
    private static final int SEGMENT = 1460;
    private static final int TIMEOUT_MS = 10_000;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Namespace host;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        host = new Namespace("tap");
        opened.add(host);
        host.run("ip", "link", "add", "br0", "type", "bridge");
        host.run("ip", "link", "set", "br0", "up");
        host.run("ip", "address", "add", HOST_ADDRESS + "/24", "dev", "br0");
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private NicGuest guest(String spec, Station station) throws BackendException {
        NicGuest guest = new NicGuest(host, spec, station);
        opened.add(guest);
        return guest;
    }

    private NicGuest guest() throws BackendException {
        NicGuest guest = guest("tap:vm1,bridge=br0", GUEST);
        awaitForwarding("vm1");
        return guest;
    }

    /** A bridge hears of a new port's carrier a little later. */
    private void awaitForwarding(String port) {
        String[] question = {"bridge", "link", "show", "dev", port};
        assertTrue(LinkEnd.await(() -> host.run(question).contains("state forwarding")));
    }

    /** At the far end of a cable that is a port of the bridge. */
    private NicGuest other() throws BackendException {
        host.run("ip", "link", "add", "port9", "type", "veth", "peer", "name", "far9");
        host.run("ip", "link", "set", "port9", "master", "br0");
        host.run("ip", "link", "set", "port9", "up");
        NicGuest other = guest("raw:far9", OTHER);
        awaitForwarding("port9");
        return other;
    }

    private String refusal(String spec) {
        return assertThrows(BackendException.class, () -> guest(spec, GUEST)).getMessage();
    }

    private Station hostStation() {
        String mac = host.call(() -> readMac("br0"));
        return Station.of(mac, HOST_ADDRESS);
    }

    private String readMac(String name) {
        String line = host.run("ip", "-br", "link", "show", name);
        return line.split("\\s+")[2];
    }

    @Test
    void shouldAnswerThePingsOfAHost() throws Exception {
        NicGuest guest = guest();
        InetAddress address = InetAddress.getByName("10.79.0.2");
        CompletableFuture<Boolean> ping =
                CompletableFuture.supplyAsync(
                        () -> host.call(() -> address.isReachable(TIMEOUT_MS)));
        assertTrue(guest.await(ping::isDone));
        assertTrue(ping.join());
        assertTrue(guest.received().stream().anyMatch(f -> f.isIp(TestFrame.PROTOCOL_ICMP)));
    }

    @Test
    void shouldCarryASuperFrameOfTheGuestWhole() throws Exception {
        NicGuest other = other();
        guest().send(TestFrame.tcp(GUEST, OTHER, 60_000, SEGMENT));
        assertTrue(other.awaitFrame(frame -> frame.isIp(TestFrame.PROTOCOL_TCP)));
        TestFrame frame = other.received().get(other.received().size() - 1);
        assertArrayEquals(TestFrame.payload(60_000), frame.payloadBehind(TestFrame.TCP));
        assertEquals(NetFrame.GSO_TCPV4, frame.gsoType());
        assertEquals(SEGMENT, frame.gsoSize());
        assertEquals(NetFrame.NEEDS_CHECKSUM, frame.flags());
    }

    @Test
    void shouldCarryASuperFrameToTheGuestWhole() throws Exception {
        NicGuest guest = guest();
        other().send(TestFrame.tcp(OTHER, GUEST, 60_000, SEGMENT));
        assertTrue(guest.awaitFrame(frame -> frame.isIp(TestFrame.PROTOCOL_TCP)));
        TestFrame frame = guest.received().get(guest.received().size() - 1);
        assertArrayEquals(TestFrame.payload(60_000), frame.payloadBehind(TestFrame.TCP));
        assertEquals(NetFrame.GSO_TCPV4, frame.gsoType());
        assertEquals(SEGMENT, frame.gsoSize());
    }

    @Test
    void shouldHaveTheKernelCutAndSumWhatAWireCannotCarry() throws Exception {
        Requires.program("ethtool");
        NicGuest other = other();
        host.run("ethtool", "-K", "port9", "tso", "off", "gso", "off", "tx", "off");
        guest().send(TestFrame.tcp(GUEST, OTHER, 10 * SEGMENT, SEGMENT));
        assertTrue(other.await(() -> segments(other).size() == 10));
        assertTrue(segments(other).stream().allMatch(TestFrame::areChecksumsRight));
        assertTrue(segments(other).stream().allMatch(f -> f.bytes().length == SEGMENT + 54));
    }

    private static List<TestFrame> segments(NicGuest guest) {
        return guest.received().stream().filter(f -> f.isIp(TestFrame.PROTOCOL_TCP)).toList();
    }

    @Test
    void shouldHaveTheKernelFillInAChecksum() throws Exception {
        Requires.program("ethtool");
        NicGuest other = other();
        host.run("ethtool", "-K", "port9", "tx", "off");
        guest().send(TestFrame.udp(GUEST, OTHER, 7777, new byte[99]));
        assertTrue(other.awaitFrame(frame -> frame.isIp(TestFrame.PROTOCOL_UDP)));
        TestFrame frame = other.received().get(other.received().size() - 1);
        assertTrue(frame.areChecksumsRight());
        assertFalse((frame.flags() & NetFrame.NEEDS_CHECKSUM) != 0);
    }

    @Test
    void shouldReachASocketOfTheHostWithoutAChecksum() throws Exception {
        try (DatagramSocket socket = host.call(() -> new DatagramSocket(7777))) {
            guest().send(TestFrame.udp(GUEST, hostStation(), 7777, new byte[] {1, 2, 3}));
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.receive(packet);
            assertEquals(3, packet.getLength());
        }
    }

    @Test
    void shouldTakeTheMtuOfTheBridge() throws Exception {
        host.run("ip", "link", "set", "br0", "mtu", "9000");
        assertEquals(9000, guest().nic().properties().mtu());
    }

    @Test
    void shouldSetTheMtuThatTheOperatorChose() throws Exception {
        assertEquals(4000, guest("tap:vm1,mtu=4000", GUEST).nic().properties().mtu());
        assertTrue(host.run("ip", "link", "show", "vm1").contains(" mtu 4000 "));
    }

    @Test
    void shouldFollowAnMtuThatIsChangedLater() throws Exception {
        NicGuest guest = guest();
        host.run("ip", "link", "set", "vm1", "mtu", "1400");
        assertTrue(guest.await(() -> guest.nic().properties().mtu() == 1400));
    }

    @Test
    void shouldDropAFrameOverTheMtu() throws Exception {
        NicGuest guest = guest();
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[MTU + 14 + 9 - 42]));
        assertEquals(1, guest.dropped(NetDrop.OVER_MTU));
    }

    @Test
    void shouldLeaveTheAddressOfTheBridgeAlone() throws Exception {
        NicGuest other = other();
        String before = readMac("br0");
        guest();
        assertEquals(before, readMac("br0"));
        assertNotEquals(0, other.nic().properties().mtu());
    }

    @Test
    void shouldLearnTheAddressOfItsGuestAndRefuseOthers() throws Exception {
        NicGuest guest = guest();
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertEquals(GUEST.mac(), guest.nic().properties().mac());
        guest.send(TestFrame.udp(OTHER, GUEST, 1, new byte[10]));
        assertEquals(1, guest.dropped(NetDrop.SPOOFED));
    }

    @Test
    void shouldForgetTheAddressOfAGuestThatLeft() throws Exception {
        NicGuest guest = guest();
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        guest.nic().connect(null);
        assertEquals(0, guest.nic().properties().mac());
    }

    @Test
    void shouldAllowOtherAddressesWhereToldTo() throws Exception {
        NicGuest guest = guest("tap:vm1,bridge=br0,spoof", GUEST);
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        guest.send(TestFrame.udp(OTHER, GUEST, 1, new byte[10]));
        assertEquals(0, guest.dropped(NetDrop.SPOOFED));
    }

    @Test
    void shouldPullTheCableWhenTheOperatorSaysSo() throws Exception {
        NicGuest guest = guest();
        guest.nic().setLink(false);
        assertFalse(guest.nic().properties().isLinkUp());
        assertTrue(host.run("ip", "link", "show", "vm1").contains("NO-CARRIER"));
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertEquals(1, guest.dropped(NetDrop.LINK_DOWN));
        guest.nic().setLink(true);
        assertTrue(guest.nic().properties().isLinkUp());
    }

    @Test
    void shouldTellItsGuestThatTheInterfaceIsDown() throws Exception {
        NicGuest guest = guest();
        List<Boolean> told = new ArrayList<>();
        guest.nic().onPropertiesChange(() -> told.add(guest.nic().properties().isLinkUp()));
        host.run("ip", "link", "set", "vm1", "down");
        assertTrue(guest.await(() -> told.equals(List.of(false))));
        host.run("ip", "link", "set", "vm1", "up");
        assertTrue(guest.await(() -> told.equals(List.of(false, true))));
    }

    @Test
    void shouldFailWhenTheInterfaceIsTakenAway() throws Exception {
        NicGuest guest = guest();
        assertNull(guest.nic().failure());
        host.run("ip", "link", "delete", "vm1");
        assertTrue(guest.await(() -> guest.nic().failure() != null));
        assertFalse(guest.nic().properties().isLinkUp());
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertEquals(1, guest.dropped(NetDrop.LINK_DOWN));
    }

    @Test
    void shouldKeepTheOrderWhenTheGuestHasNoRoom() throws Exception {
        NicGuest guest = guest();
        NicGuest other = other();
        guest.setFull(true);
        for (int i = 0; i < 5; i++) {
            other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[100 + i]));
        }
        guest.await(() -> guest.worker().step() == 0);
        guest.setFull(false);
        assertTrue(guest.await(() -> datagramLengths(guest).size() == 5));
        assertEquals(List.of(100, 101, 102, 103, 104), datagramLengths(guest));
    }

    private static List<Integer> datagramLengths(NicGuest guest) {
        return guest.received().stream()
                .filter(frame -> frame.isIp(TestFrame.PROTOCOL_UDP))
                .map(frame -> frame.payloadBehind(TestFrame.UDP).length)
                .toList();
    }

    @Test
    void shouldNotBeWokenWhileTheGuestHasNoRoom() throws Exception {
        NicGuest guest = guest();
        NicGuest other = other();
        int watched = guest.worker().watchedCount();
        guest.setFull(true);
        other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[100]));
        assertTrue(guest.await(() -> becomesUnwatched(guest, watched)));
        guest.setFull(false);
        guest.step();
        assertEquals(watched, guest.worker().watchedCount());
    }

    private static boolean becomesUnwatched(NicGuest guest, int watched) {
        guest.worker().prepareToBlock();
        return guest.worker().watchedCount() == watched - 1;
    }

    @Test
    void shouldDropWhatAStuckGuestDoesNotTake() throws Exception {
        NicGuest guest = guest();
        NicGuest other = other();
        guest.setFull(true);
        other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[100]));
        other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[100]));
        guest.step();
        assertEquals(0, guest.dropped(NetDrop.NO_ROOM));
        guest.worker().clock().advance(TimeUnit.SECONDS.toNanos(1));
        assertTrue(guest.await(() -> guest.dropped(NetDrop.NO_ROOM) >= 2));
    }

    /** The queue of a tap holds 1000 frames. */
    @Test
    void shouldCountWhatTheKernelHadNoRoomFor() throws Exception {
        NicGuest guest = guest();
        NicGuest other = other();
        for (int i = 0; i < 1500; i++) {
            other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[100]));
        }
        assertTrue(guest.await(() -> guest.dropped(NetDrop.NO_ROOM) > 0));
        assertTrue(guest.await(() -> guest.received().size() >= 1000));
        assertTrue(guest.dropped(NetDrop.NO_ROOM) >= 490);
    }

    @Test
    void shouldRemoveTheTapThatItMadeAndKeepOneThatWasThere() throws Exception {
        host.run("ip", "tuntap", "add", "kept", "mode", "tap");
        guest("tap:kept", GUEST).close();
        guest("tap:made", GUEST).close();
        String links = host.run("ip", "-br", "link");
        assertTrue(links.contains("kept"), links);
        assertFalse(links.contains("made"), links);
    }

    @Test
    void shouldUseATapThatWasMadeForSeveralQueues() throws Exception {
        host.run("ip", "tuntap", "add", "many", "mode", "tap", "multi_queue");
        assertTrue(guest("tap:many", GUEST).nic().properties().isLinkUp());
    }

    @Test
    void shouldRefuseATapThatIsInUse() throws Exception {
        guest();
        assertEquals("tap vm1: in use by another process: choose another name", refusal("tap:vm1"));
    }

    @Test
    void shouldRefuseAnInterfaceThatIsNoTap() {
        assertEquals(
                "br0 is a network interface, but no tap: choose another name", refusal("tap:br0"));
    }

    @Test
    void shouldRefuseAnUnknownBridgeAndLeaveNoTap() {
        assertEquals(
                "there is no bridge br7: `ip link show type bridge` lists those there are",
                refusal("tap:vm1,bridge=br7"));
        assertFalse(host.run("ip", "-br", "link").contains("vm1"));
    }

    @Test
    void shouldRefuseABridgeThatIsNone() throws Exception {
        guest("tap:vm2", GUEST);
        assertTrue(refusal("tap:vm1,bridge=vm2").startsWith("vm2 is no Linux bridge; "));
    }

    @Test
    void shouldRefuseAnMtuThatATapCannotHave() {
        String refusal = refusal("tap:vm1,mtu=65535");
        assertTrue(refusal.startsWith("tap vm1: MTU of tap vm1: "), refusal);
        assertFalse(host.run("ip", "-br", "link").contains("vm1"));
    }
}
