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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guest on a macvtap of a real kernel; another one at the far end of the cable. */
@Tag("root")
final class MacvtapNicTest {
    private static final Station GUEST = Station.of("52:54:00:00:00:02", "10.79.0.2");
    private static final Station OTHER = Station.of("52:54:00:00:00:03", "10.79.0.3");

    /** After the NIC's name; see NicGuest. */
    private static final String MACVTAP = "vrio-";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Namespace host;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        host = host();
    }

    private Namespace host() {
        Namespace namespace = new Namespace("macvtap");
        opened.add(namespace);
        NamespaceSysfs.mount(namespace);
        namespace.run("ip", "link", "add", "lower9", "type", "veth", "peer", "name", "far9");
        namespace.run("ip", "link", "set", "lower9", "up");
        return namespace;
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

    private String refusal(String spec) {
        return assertThrows(BackendException.class, () -> guest(spec, GUEST)).getMessage();
    }

    private String links() {
        return host.run("ip", "-br", "link");
    }

    @Test
    void shouldCarrySuperFramesBothWays() throws Exception {
        NicGuest other = guest("raw:far9", OTHER);
        NicGuest guest = guest("macvtap:lower9,mac=52:54:00:00:00:02", GUEST);
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
        guest.send(TestFrame.tcp(GUEST, OTHER, 60_000, 1460));
        assertTrue(other.awaitFrame(f -> f.isIp(TestFrame.PROTOCOL_TCP)));
        other.send(TestFrame.tcp(OTHER, GUEST, 50_000, 1460));
        assertTrue(guest.awaitFrame(f -> f.isIp(TestFrame.PROTOCOL_TCP)));
        TestFrame frame = guest.received().get(guest.received().size() - 1);
        assertArrayEquals(TestFrame.payload(50_000), frame.payloadBehind(TestFrame.TCP));
        assertEquals(NetFrame.GSO_TCPV4, frame.gsoType());
        assertEquals(1460, frame.gsoSize());
    }

    @Test
    void shouldReceiveForTheAddressThatItsGuestHasShown() throws Exception {
        NicGuest other = guest("raw:far9", OTHER);
        NicGuest guest = guest("macvtap:lower9", GUEST);
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertTrue(other.awaitFrame(f -> f.source() == GUEST.mac()));
        other.send(TestFrame.udp(OTHER, GUEST, 1, new byte[10]));
        assertTrue(guest.awaitFrame(f -> f.source() == OTHER.mac()));
    }

    @Test
    void shouldRefuseAnAddressThatAnotherStationOfTheInterfaceHas() throws Exception {
        host.run(
                "ip",
                "link",
                "add",
                "link",
                "lower9",
                "name",
                "mv9",
                "address",
                "52:54:00:00:00:02",
                "type",
                "macvlan",
                "mode",
                "bridge");
        host.run("ip", "link", "set", "mv9", "up");
        host.run("ip", "link", "set", "far9", "up");
        NicGuest guest = guest("macvtap:lower9", GUEST);
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
        guest.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertEquals(1, guest.dropped(NetDrop.SPOOFED));
        assertEquals(0, guest.nic().properties().mac());
    }

    @Test
    void shouldHaveTheLinkAndTheMtuOfTheLowerInterface() throws Exception {
        host.run("ip", "link", "set", "far9", "mtu", "9000");
        host.run("ip", "link", "set", "lower9", "mtu", "4000");
        NicGuest guest = guest("macvtap:lower9", GUEST);
        assertEquals(4000, guest.nic().properties().mtu());
        assertFalse(guest.nic().properties().isLinkUp());
        host.run("ip", "link", "set", "far9", "up");
        assertTrue(guest.await(() -> guest.nic().properties().isLinkUp()));
    }

    /** Both interfaces have the same index, and the name in /dev is made of that. */
    @Test
    void shouldOpenTheRightDeviceWhereItsUsualNameIsAnothers() throws Exception {
        NicGuest first = guest("macvtap:lower9", GUEST);
        host = host();
        NicGuest other = guest("raw:far9", OTHER);
        NicGuest second = guest("macvtap:lower9", GUEST);
        assertTrue(second.await(() -> second.nic().properties().isLinkUp()));
        second.send(TestFrame.udp(GUEST, OTHER, 1, new byte[10]));
        assertTrue(other.awaitFrame(f -> f.source() == GUEST.mac()));
        assertFalse(first.nic().properties().isLinkUp());
    }

    @Test
    void shouldRemoveItsInterfaceAtTheEnd() throws Exception {
        NicGuest guest = guest("macvtap:lower9", GUEST);
        assertTrue(links().contains(MACVTAP), links());
        guest.close();
        assertFalse(links().contains(MACVTAP), links());
    }

    @Test
    void shouldReplaceWhatAKilledProcessLeftBehind() throws Exception {
        guest("macvtap:lower9", GUEST);
        final int longerThanAnyPid = 999_999_999;
        host.run("ip", "link", "set", macvtap(), "alias", "vrio pid " + longerThanAnyPid);
        assertTrue(guest("macvtap:lower9", GUEST).nic().properties().mtu() > 0);
    }

    private String macvtap() {
        String line = links().lines().filter(l -> l.startsWith(MACVTAP)).findFirst().orElseThrow();
        return line.substring(0, line.indexOf('@'));
    }

    @Test
    void shouldRefuseToTakeItFromALivingProcess() throws Exception {
        guest("macvtap:lower9", GUEST);
        String refusal = refusal("macvtap:lower9");
        assertTrue(refusal.contains("in use by process " + ProcessHandle.current().pid()), refusal);
    }

    @Test
    void shouldRefuseAnUnknownLowerInterface() {
        assertEquals(
                "there is no network interface eth7: `ip link` lists those there are",
                refusal("macvtap:eth7"));
    }

    @Test
    void shouldRefuseALargerMtuThanTheLowerInterfaceHas() {
        assertEquals("mtu=9000: lower9 has 1500", refusal("macvtap:lower9,mtu=9000"));
    }

    @Test
    void shouldTellThatTheInterfaceIsAPortOfABridge() {
        host.run("ip", "link", "add", "br0", "type", "bridge");
        host.run("ip", "link", "set", "lower9", "master", "br0");
        String refusal = refusal("macvtap:lower9");
        assertTrue(refusal.startsWith("macvtap on lower9: create macvtap vrio-"), refusal);
        assertFalse(links().contains(MACVTAP), links());
    }
}
