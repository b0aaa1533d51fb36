// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static io.vrio.backends.net.SwitchFixture.A;
import static io.vrio.backends.net.SwitchFixture.B;
import static io.vrio.backends.net.SwitchFixture.C;
import static io.vrio.backends.net.SwitchedCopy.untagged;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SwitchPortTest {
    private static final long BROADCAST = MacAddress.BROADCAST;
    private static final long SPANNING_TREE = 0x0180_C200_0000L;

    private final SwitchFixture fixture = new SwitchFixture();
    private SwitchGuest a;
    private SwitchGuest b;

    @BeforeEach
    void open() throws BackendException {
        a = fixture.guest("a", "switch:lan");
        b = fixture.guest("b", "switch:lan");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private SwitchGuest guest(String name, String options) throws BackendException {
        return fixture.guest(name, "switch:lan" + options);
    }

    @Test
    void shouldGiveABroadcastToAllOthers() throws BackendException {
        SwitchGuest c = guest("c", "");

        assertNull(a.send(BROADCAST, A, 1));

        assertEquals(List.of(untagged(BROADCAST, A, 1)), b.take());
        assertEquals(List.of(untagged(BROADCAST, A, 1)), c.take());
        assertEquals(List.of(), a.take());
    }

    @Test
    void shouldGiveAFrameToTheGuestThatHasUsedTheAddress() throws BackendException {
        SwitchGuest c = guest("c", "");
        b.send(BROADCAST, B, 1);
        c.take();

        assertNull(a.send(B, A, 2));

        assertEquals(List.of(untagged(B, A, 2)), b.take());
        assertEquals(List.of(), c.take());
    }

    @Test
    void shouldReachAGuestOfAConfiguredAddressBeforeItSpeaks() throws BackendException {
        SwitchGuest c = guest("c", ",mac=" + MacAddress.format(C));

        a.send(C, A, 1);

        assertEquals(List.of(untagged(C, A, 1)), c.take());
        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldNotShowFramesForStrangersToAGuestOfAKnownAddress() {
        b.send(BROADCAST, B, 1);

        a.send(C, A, 2);

        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldLookForStrangersWhereNobodyHasSpokenYet() {
        a.send(C, A, 1);

        assertEquals(List.of(untagged(C, A, 1)), b.take());
    }

    @Test
    void shouldLearnTheStationsBehindAGuestThatMayHaveThem() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        SwitchGuest other = guest("other", ",spoof");
        router.send(BROADCAST, C, 1);
        other.take();

        a.send(C, A, 2);

        assertEquals(List.of(untagged(C, A, 2)), router.take());
        assertEquals(List.of(), other.take());
    }

    @Test
    void shouldNotReturnAFrameForAStationBehindItsOwnPort() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        router.send(BROADCAST, C, 1);

        assertEquals(NetDrop.FILTERED, router.send(C, C + 1, 2));
        assertEquals(List.of(), router.take());
    }

    @Test
    void shouldFollowAStationThatHasMoved() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        SwitchGuest other = guest("other", ",spoof");
        router.send(BROADCAST, C, 1);
        other.send(BROADCAST, C, 2);
        router.take();
        other.take();

        a.send(C, A, 3);

        assertEquals(List.of(), router.take());
        assertEquals(List.of(untagged(C, A, 3)), other.take());
    }

    @Test
    void shouldForgetAStationThatHasNotSpokenForTheAgeingTime() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        SwitchGuest other = guest("other", ",spoof");
        router.send(BROADCAST, C, 1);
        other.take();
        fixture.clock().advance(MacTable.AGEING_NS);

        a.send(C, A, 2);

        assertEquals(List.of(untagged(C, A, 2)), other.take());
    }

    @Test
    void shouldForgetTheStationsOfAPortWhoseLinkGoesDown() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        SwitchGuest other = guest("other", ",spoof");
        router.send(BROADCAST, C, 1);
        other.take();
        router.port().setLink(false);
        router.port().setLink(true);

        a.send(C, A, 2);

        assertEquals(List.of(untagged(C, A, 2)), other.take());
    }

    @Test
    void shouldBindTheFirstAddressThatAGuestUses() {
        a.send(BROADCAST, A, 1);

        assertEquals(A, a.port().properties().mac());
        assertEquals(NetDrop.SPOOFED, a.send(BROADCAST, C, 2));
        assertEquals(List.of(untagged(BROADCAST, A, 1)), b.take());
    }

    @Test
    void shouldTellTheListenerOfTheBoundAddress() {
        long[] told = new long[1];
        a.port().onPropertiesChange(() -> told[0] = a.port().properties().mac());

        a.send(BROADCAST, A, 1);

        assertEquals(A, told[0]);
    }

    @Test
    void shouldNotBindAnAddressThatIsNoStations() {
        assertEquals(NetDrop.SPOOFED, a.send(B, BROADCAST, 1));
        assertEquals(NetDrop.SPOOFED, a.send(B, 0, 2));

        assertEquals(0, a.port().properties().mac());
    }

    @Test
    void shouldRefuseAnAddressThatAnotherGuestHasBound() {
        a.send(BROADCAST, A, 1);

        assertEquals(NetDrop.SPOOFED, b.send(BROADCAST, A, 2));
        assertNull(b.send(BROADCAST, B, 3));
    }

    @Test
    void shouldRefuseAnAddressThatIsConfiguredForAnotherNic() throws BackendException {
        guest("c", ",mac=" + MacAddress.format(C));

        assertEquals(NetDrop.SPOOFED, a.send(BROADCAST, C, 1));
    }

    @Test
    void shouldRefuseAnAddressOfAStationThatWasSeenBehindARouter() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        router.send(BROADCAST, C, 1);

        assertEquals(NetDrop.SPOOFED, a.send(BROADCAST, C, 2));
    }

    @Test
    void shouldNotLetARouterTakeTheAddressOfAGuest() throws BackendException {
        SwitchGuest router = guest("router", ",spoof");
        a.send(BROADCAST, A, 1);
        router.take();

        assertEquals(NetDrop.SPOOFED, router.send(BROADCAST, A, 2));
        b.send(A, B, 3);

        assertEquals(List.of(untagged(A, B, 3)), a.take());
        assertEquals(List.of(), router.take());
    }

    @Test
    void shouldLetOneAddressBeUsedInTwoSwitches() throws BackendException {
        SwitchGuest elsewhere = fixture.guest("c", "switch:other");
        a.send(BROADCAST, A, 1);

        assertNull(elsewhere.send(BROADCAST, A, 2));
    }

    @Test
    void shouldFreeTheBoundAddressWhenTheGuestLeaves() {
        a.send(BROADCAST, A, 1);
        a.port().connect(null);

        assertEquals(0, a.port().properties().mac());
        assertNull(b.send(BROADCAST, A, 2));
    }

    @Test
    void shouldTakeAnAddressFromAGuestForTheNicThatIsConfiguredForIt() throws BackendException {
        a.send(BROADCAST, A, 1);

        SwitchGuest owner = guest("owner", ",mac=" + MacAddress.format(A));

        assertEquals(NetDrop.SPOOFED, a.send(BROADCAST, A, 2));
        b.send(A, B, 3);
        assertEquals(List.of(untagged(A, B, 3)), owner.take());
    }

    @Test
    void shouldRefuseASecondNicOfAConfiguredAddress() throws BackendException {
        guest("c", ",mac=52:54:00:00:00:0c");

        BackendException refusal =
                assertThrows(
                        BackendException.class,
                        () -> fixture.open("d", "switch:lan,mac=52:54:00:00:00:0c"));
        assertEquals(
                "MAC 52:54:00:00:00:0c belongs to NIC c of switch lan already; choose another",
                refusal.getMessage());
    }

    @Test
    void shouldKeepToTheLinkWhatIsReservedForIt() {
        assertEquals(NetDrop.FILTERED, a.send(SPANNING_TREE, A, 1));
        assertEquals(NetDrop.FILTERED, a.send(SPANNING_TREE + 15, A, 2));
        assertNull(a.send(SPANNING_TREE + 16, A, 3));

        assertEquals(List.of(untagged(SPANNING_TREE + 16, A, 3)), b.take());
    }

    @Test
    void shouldCountAFrameAtThePortThatHasNoRoomAndServeTheOthers() throws BackendException {
        SwitchGuest c = guest("c", "");
        b.isFull(true);

        assertNull(a.send(BROADCAST, A, 1));

        assertEquals(1, b.dropped(NetDrop.NO_ROOM));
        assertEquals(List.of(untagged(BROADCAST, A, 1)), c.take());
    }

    @Test
    void shouldHoldBackAFrameForOneGuestForAMoment() {
        b.send(BROADCAST, B, 1);
        b.isFull(true);

        assertFalse(a.offers(B, A, 2));
        fixture.clock().advance(SwitchPort.PATIENCE_NS - 1);
        assertFalse(a.offers(B, A, 2));
        b.isFull(false);
        assertTrue(a.offers(B, A, 2));

        assertEquals(List.of(untagged(B, A, 2)), b.take());
        assertEquals(1, a.port().counters().get("frames_from_guest"));
        assertEquals(0, b.dropped(NetDrop.NO_ROOM));
    }

    @Test
    void shouldNotBeHeldBackByAGuestThatTakesNothing() {
        b.send(BROADCAST, B, 1);
        b.isFull(true);
        a.offers(B, A, 2);
        fixture.clock().advance(SwitchPort.PATIENCE_NS);

        assertTrue(a.offers(B, A, 2));
        assertTrue(a.offers(B, A, 3));

        assertEquals(2, b.dropped(NetDrop.NO_ROOM));
    }

    @Test
    void shouldHavePatienceAgainWithAGuestThatHasTakenAFrame() {
        b.send(BROADCAST, B, 1);
        b.isFull(true);
        a.offers(B, A, 2);
        fixture.clock().advance(SwitchPort.PATIENCE_NS);
        b.isFull(false);
        a.offers(B, A, 3);
        b.isFull(true);

        assertFalse(a.offers(B, A, 4));
    }

    @Test
    void shouldCountAFrameForAGuestThatIsAway() {
        b.send(BROADCAST, B, 1);
        b.port().connect(null);
        b.port().connect(b);
        b.send(BROADCAST, B, 2);
        b.port().connect(null);

        a.send(BROADCAST, A, 3);

        assertEquals(1, b.dropped(NetDrop.NOT_CONNECTED));
    }

    @Test
    void shouldCarryNothingWhileTheLinkIsDown() {
        b.port().setLink(false);

        a.send(BROADCAST, A, 1);

        assertEquals(List.of(), b.take());
        assertEquals(1, b.dropped(NetDrop.LINK_DOWN));
        assertEquals(NetDrop.LINK_DOWN, b.send(BROADCAST, B, 2));
    }

    @Test
    void shouldTellTheGuestThatTheLinkIsDown() {
        boolean[] told = {true};
        a.port().onPropertiesChange(() -> told[0] = a.port().properties().isLinkUp());

        a.port().setLink(false);

        assertEquals(false, told[0]);
    }

    @Test
    void shouldNotGiveAGuestMoreThanItsMtu() throws BackendException {
        SwitchGuest jumbo = guest("jumbo", ",mtu=9000");
        NetFrame frame = new NetFrame().begin(0);
        untagged(BROADCAST, C, 1).write(jumbo.memory());
        frame.data().add(jumbo.memory(), 0, 8000);

        assertNull(jumbo.send(frame));

        assertEquals(List.of(), a.take());
        assertEquals(1, a.dropped(NetDrop.OVER_MTU));
    }

    @Test
    void shouldRefuseWhatIsInvalid() {
        NetFrame frame = new NetFrame().begin(0);
        frame.data().add(a.memory(), 0, 13);

        assertEquals(NetDrop.TOO_SHORT, a.send(frame));
    }

    @Test
    void shouldNotDisturbTheOthersWhenAPortCloses() throws BackendException {
        SwitchGuest c = guest("c", "");
        c.send(BROADCAST, C, 1);
        c.port().close();
        b.take();

        assertNull(a.send(BROADCAST, A, 2));

        assertEquals(List.of(untagged(BROADCAST, A, 2)), b.take());
        assertEquals(List.of(), c.take());
        assertEquals(NetDrop.LINK_DOWN, c.send(BROADCAST, C, 3));
    }

    @Test
    void shouldNameTheSameDomainForGuestsThatMayMeetOnTheirHost() {
        a.send(BROADCAST, A, 1);
        b.send(BROADCAST, B, 2);

        String domain = a.port().properties().broadcastDomain();

        assertEquals(32, domain.length());
        assertEquals(domain, b.port().properties().broadcastDomain());
    }

    @Test
    void shouldNameNoDomainForAGuestOfNoOrOfManyAddresses() throws BackendException {
        SwitchGuest router = guest("router", ",spoof,mac=52:54:00:00:00:0d");

        assertEquals("", a.port().properties().broadcastDomain());
        assertEquals("", router.port().properties().broadcastDomain());
    }

    @Test
    void shouldNameNoDomainForATrunk() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=1-9,mac=52:54:00:00:00:0d");

        assertEquals("", trunk.port().properties().broadcastDomain());
    }

    @Test
    void shouldNameAnotherDomainForAnotherVlanOrSwitch() throws BackendException {
        SwitchGuest other = guest("c", ",vlan=2,mac=52:54:00:00:00:0c");
        SwitchGuest elsewhere = fixture.guest("d", "switch:wan,mac=52:54:00:00:00:0d");
        a.send(BROADCAST, A, 1);

        String domain = a.port().properties().broadcastDomain();

        assertNotEquals(domain, other.port().properties().broadcastDomain());
        assertNotEquals(domain, elsewhere.port().properties().broadcastDomain());
    }

    @Test
    void shouldCountBothDirections() {
        a.send(BROADCAST, A, 1);
        b.send(A, B, 2);
        b.send(A, C, 3);

        assertEquals(1, a.port().counters().get("frames_from_guest"));
        assertEquals(60, a.port().counters().get("bytes_to_guest"));
        assertEquals(1, b.port().counters().get("dropped_spoofed"));
    }
}
