// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static io.vrio.backends.net.SwitchFixture.A;
import static io.vrio.backends.net.SwitchFixture.B;
import static io.vrio.backends.net.SwitchFixture.C;
import static io.vrio.backends.net.SwitchedCopy.tagged;
import static io.vrio.backends.net.SwitchedCopy.untagged;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.backends.block.BackendException;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SwitchVlanTest {
    private static final long BROADCAST = MacAddress.BROADCAST;
    private static final int PRIORITY_5 = 5 << 13;

    private final SwitchFixture fixture = new SwitchFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private SwitchGuest guest(String name, String options) throws BackendException {
        return fixture.guest(name, "switch:lan" + options);
    }

    /** A frame with a tag behind the first one. */
    private static NetFrame stacked(SwitchGuest guest, SwitchedCopy copy, int innerTagControl) {
        MemorySlice memory = guest.memory();
        copy.write(memory);
        memory.putShortBigEndian(16, 0x8100);
        memory.putShortBigEndian(18, innerTagControl);
        memory.putShortBigEndian(20, SwitchedCopy.TYPE);
        NetFrame frame = new NetFrame().begin(0);
        frame.data().add(memory, 0, SwitchedCopy.LENGTH + 8);
        return frame;
    }

    /** A super-frame to be cut, as a guest's driver would make it. */
    private static NetFrame superFrame(SwitchGuest guest, SwitchedCopy copy, int headerLength) {
        copy.write(guest.memory());
        NetFrame frame =
                new NetFrame()
                        .begin(3)
                        .offload(
                                NetFrame.NEEDS_CHECKSUM,
                                NetFrame.GSO_TCPV4,
                                headerLength + 40,
                                1400)
                        .checksum(headerLength + 20, 16);
        frame.data().add(guest.memory(), 0, 10);
        frame.data().add(guest.memory(), 10, 30_000);
        return frame;
    }

    @Test
    void shouldNotCarryBroadcastsToAnotherVlan() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=20");

        assertNull(a.send(BROADCAST, A, 1));

        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldNotCarryAFrameToAKnownAddressOfAnotherVlan() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=20,mac=52:54:00:00:00:0b");

        a.send(B, A, 1);

        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldNotCarryAFrameToAStationLearnedInAnotherVlan() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=20,spoof");
        b.send(BROADCAST, B, 1);

        a.send(B, A, 2);

        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldLetTheSameAddressLiveInTwoVlans() throws BackendException {
        SwitchGuest a10 = guest("a10", ",vlan=10,mac=52:54:00:00:00:0a");
        SwitchGuest a20 = guest("a20", ",vlan=20,mac=52:54:00:00:00:0a");
        SwitchGuest b = guest("b", ",vlan=20");

        b.send(A, B, 1);

        assertEquals(List.of(), a10.take());
        assertEquals(List.of(untagged(A, B, 1)), a20.take());
    }

    @Test
    void shouldTagWhatGoesToATrunk() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10+20-30");

        a.send(BROADCAST, A, 1);

        assertEquals(List.of(tagged(10, BROADCAST, A, 1)), trunk.take());
    }

    @Test
    void shouldTakeTheTagOffForAnAccessPort() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=25");
        SwitchGuest b = guest("b", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10+20-30");

        assertNull(trunk.send(tagged(25, BROADCAST, C, 1)));

        assertEquals(List.of(untagged(BROADCAST, C, 1)), a.take());
        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldKeepTheTagBetweenTrunks() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10");
        SwitchGuest other = guest("other", ",trunk=1-100");

        trunk.send(tagged(PRIORITY_5 | 10, BROADCAST, A, 1));

        assertEquals(List.of(tagged(PRIORITY_5 | 10, BROADCAST, A, 1)), other.take());
    }

    @Test
    void shouldRefuseATagThatTheTrunkMayNotUse() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10+20-30");
        SwitchGuest b = guest("b", ",vlan=31");

        assertEquals(NetDrop.BAD_VLAN, trunk.send(tagged(31, BROADCAST, A, 1)));
        assertEquals(NetDrop.BAD_VLAN, trunk.send(tagged(4095, BROADCAST, A, 2)));
        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldRefuseFramesWithoutATagOnATrunkWithoutAVlanForThem() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10");

        assertEquals(NetDrop.BAD_VLAN, trunk.send(BROADCAST, A, 1));
        assertEquals(NetDrop.BAD_VLAN, trunk.send(tagged(PRIORITY_5, BROADCAST, A, 2)));
    }

    @Test
    void shouldUseTheVlanOfATrunkForFramesWithoutATag() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",vlan=5,trunk=10");
        SwitchGuest a = guest("a", ",vlan=5");

        trunk.send(BROADCAST, C, 1);
        a.send(C, A, 2);

        assertEquals(List.of(untagged(BROADCAST, C, 1)), a.take());
        assertEquals(List.of(untagged(C, A, 2)), trunk.take());
    }

    @Test
    void shouldRefuseTagsOnAnAccessPort() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=20");

        assertEquals(NetDrop.BAD_VLAN, a.send(tagged(20, BROADCAST, A, 1)));
        assertEquals(NetDrop.BAD_VLAN, a.send(tagged(10, BROADCAST, A, 2)));
        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldKeepThePriorityOfAnAccessPortsFrameOnATrunk() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10");

        assertNull(a.send(tagged(PRIORITY_5, BROADCAST, A, 1)));

        assertEquals(List.of(untagged(BROADCAST, A, 1)), b.take());
        assertEquals(List.of(tagged(PRIORITY_5 | 10, BROADCAST, A, 1)), trunk.take());
    }

    @Test
    void shouldRefuseATagBehindAPriorityTag() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest b = guest("b", ",vlan=10");

        assertEquals(NetDrop.BAD_VLAN, a.send(stacked(a, tagged(PRIORITY_5, BROADCAST, A, 1), 20)));
        assertEquals(List.of(), b.take());
    }

    @Test
    void shouldRefuseAServiceTagOnAnAccessPort() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        untagged(BROADCAST, A, 1).write(a.memory());
        a.memory().putShortBigEndian(12, 0x88A8);
        NetFrame frame = new NetFrame().begin(0);
        frame.data().add(a.memory(), 0, SwitchedCopy.LENGTH);

        assertEquals(NetDrop.BAD_VLAN, a.send(frame));
    }

    @Test
    void shouldNotLetAnInnerTagBecomeTheOuterOne() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10");
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest far = guest("far", ",trunk=10");

        assertNull(trunk.send(stacked(trunk, tagged(10, BROADCAST, C, 1), 20)));

        assertEquals(List.of(), a.take());
        assertEquals(1, a.dropped(NetDrop.BAD_VLAN));
        assertEquals(10, far.take().get(0).tagControl());
    }

    @Test
    void shouldRefuseHalfATag() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10");
        tagged(10, BROADCAST, A, 1).write(trunk.memory());
        NetFrame frame = new NetFrame().begin(0);
        frame.data().add(trunk.memory(), 0, 17);

        assertEquals(NetDrop.TOO_SHORT, trunk.send(frame));
    }

    @Test
    void shouldShiftWhatASuperFrameSaysOfItselfWithTheTag() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10");

        assertNull(a.send(superFrame(a, untagged(BROADCAST, A, 77), 14)));

        assertEquals(List.of(tagged(10, BROADCAST, A, 77)), trunk.take());
        assertEquals(3, trunk.last().queue());
        assertEquals(14 + 4 + 20, trunk.last().checksumStart());
        assertEquals(16, trunk.last().checksumOffset());
        assertEquals(14 + 4 + 40, trunk.last().headerLength());
        assertEquals(1400, trunk.last().gsoSize());
        assertEquals(30_014, trunk.port().counters().get("bytes_to_guest"));
    }

    @Test
    void shouldShiftItBackWithoutTheTag() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10");

        assertNull(trunk.send(superFrame(trunk, tagged(10, BROADCAST, C, 77), 18)));

        assertEquals(List.of(untagged(BROADCAST, C, 77)), a.take());
        assertEquals(14 + 20, a.last().checksumStart());
        assertEquals(14 + 40, a.last().headerLength());
        assertEquals(30_006, a.port().counters().get("bytes_to_guest"));
    }

    @Test
    void shouldRefuseAChecksumThatWouldBeWrittenOverTheTag() throws BackendException {
        SwitchGuest trunk = guest("trunk", ",trunk=10");
        int length = tagged(10, BROADCAST, A, 1).write(trunk.memory());
        NetFrame frame =
                new NetFrame()
                        .begin(0)
                        .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0)
                        .checksum(14, 0);
        frame.data().add(trunk.memory(), 0, length);

        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, trunk.send(frame));
    }

    @Test
    void shouldRefuseAFrameThatATagMakesTooLong() throws BackendException {
        SwitchGuest a = guest("a", ",vlan=10");
        SwitchGuest trunk = guest("trunk", ",trunk=10");
        untagged(BROADCAST, A, 1).write(a.memory());
        NetFrame frame =
                new NetFrame()
                        .begin(0)
                        .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1400)
                        .checksum(34, 16);
        frame.data().add(a.memory(), 0, 60_000);
        frame.data().add(a.memory(), 0, NetFrame.LENGTH_MAX - 60_000);

        assertNull(a.send(frame));

        assertEquals(1, trunk.dropped(NetDrop.TOO_LONG));
    }
}
