// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A NIC from the server's stub to the card at the IOhyp and back, on a wire in memory. */
final class RemoteNicTest {
    private static final long STEP_NS = 10_000;
    private static final long MS = 1_000_000;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock,
                    new MemoryLink.Options(1500, Segmentation.CUT, 8192),
                    new SimulatedDisk(64 << 10, clock, 0, 1),
                    1);
    private final SimulatedNic guest = new SimulatedNic();
    private final RemoteNic nic = network.peer().openNic("nic");
    private int changes;

    @BeforeEach
    void connect() {
        nic.connect(guest);
        guest.connect(nic.port());
        nic.onPropertiesChange(() -> changes++);
    }

    @AfterEach
    void close() {
        nic.close();
        network.close();
        guest.close();
    }

    private void pass(long durationNs) {
        for (long passedNs = 0; passedNs < durationNs; passedNs += STEP_NS) {
            network.step(STEP_NS);
        }
    }

    private void attach() {
        for (int i = 0; i < 100_000 && !nic.isAttached(); i++) {
            pass(STEP_NS);
        }
        assertTrue(nic.isAttached());
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldHaveItsLinkDownUntilItIsAttached() {
        assertEquals(NicProperties.UNKNOWN, nic.properties());
        assertTrue(nic.offer(guest.frame(0, bytes(60))));
        assertEquals(1, nic.drops().value(NetDrop.NOT_CONNECTED));
        attach();
        assertEquals(network.nic().properties(), nic.properties());
        assertEquals(1, changes);
    }

    @Test
    void shouldCarryFramesBothWays() {
        attach();
        assertTrue(guest.send(3, bytes(60)));
        assertTrue(guest.send(1, bytes(1514)));
        assertTrue(network.nic().send(2, bytes(42)));
        pass(MS);
        List<SimulatedNic.Taken> sent = network.nic().takeFrames();
        assertEquals(List.of(3, 1), sent.stream().map(SimulatedNic.Taken::queue).toList());
        assertArrayEquals(bytes(60), sent.get(0).bytes());
        assertArrayEquals(bytes(1514), sent.get(1).bytes());
        List<SimulatedNic.Taken> received = guest.takeFrames();
        assertEquals(1, received.size());
        assertEquals(2, received.get(0).queue());
        assertArrayEquals(bytes(42), received.get(0).bytes());
    }

    @Test
    void shouldCarryWhatIsToBeDoneWithAFrameUncut() {
        attach();
        NetFrame frame = guest.frame(0, bytes(65_000));
        frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448).checksum(34, 16);
        assertTrue(nic.offer(frame));
        pass(MS);
        SimulatedNic.Taken taken = network.nic().takeFrames().get(0);
        assertEquals(new SimulatedNic.Taken(0, 1, 1, 66, 1448, 34, 16, taken.bytes()), taken);
        assertArrayEquals(bytes(65_000), taken.bytes());
    }

    @Test
    void shouldCarryAFrameThatIsLongerThanASuperFrame() {
        attach();
        NetFrame frame = guest.frame(0, bytes(NetFrame.LENGTH_MAX));
        frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448).checksum(34, 16);
        assertTrue(nic.offer(frame));
        pass(MS);
        assertArrayEquals(bytes(NetFrame.LENGTH_MAX), network.nic().takeFrames().get(0).bytes());
    }

    @Test
    void shouldPutFramesThatAreReadyTogetherIntoOneSuperFrame() {
        attach();
        pass(MS);
        long before = superFrames();
        IntStream.range(0, 600).forEach(i -> assertTrue(guest.send(0, bytes(64))));
        pass(MS);
        assertEquals(600, network.nic().takenCount());
        assertEquals(before + 1, superFrames());
    }

    private long superFrames() {
        return network.peer().status().association().counters().get("nic_frames_sent");
    }

    @Test
    void shouldFollowTheCardsProperties() {
        attach();
        NicProperties other = new NicProperties(0x5254_0000_0002L, 9000, false, "lan");
        network.nic().become(other);
        pass(MS);
        assertEquals(other, nic.properties());
        assertTrue(nic.offer(guest.frame(0, bytes(60))));
        assertEquals(1, nic.drops().value(NetDrop.LINK_DOWN));
    }

    @Test
    void shouldHaveItsLinkDownWhileTheCardIsTakenAway() {
        attach();
        NicProperties known = nic.properties();
        network.revokeNic();
        pass(MS);
        assertFalse(nic.isAttached());
        assertEquals("NIC nic was taken away", nic.refusal());
        assertEquals(known.withLink(false), nic.properties());
        assertFalse(network.nic().isConnected());
        attach();
        assertEquals(known, nic.properties());
    }

    @Test
    void shouldBeAttachedAgainAfterARestartOfTheIohyp() {
        attach();
        network.restartIohyp();
        pass(2500 * MS);
        attach();
        assertTrue(guest.send(0, bytes(60)));
        assertTrue(network.nic().send(0, bytes(61)));
        pass(MS);
        assertEquals(1, network.nic().takenCount());
        assertEquals(1, guest.takenCount());
    }

    @Test
    void shouldTellTheCardThatItsGuestHasLeft() {
        attach();
        nic.connect(null);
        nic.connect(guest);
        pass(MS);
        assertEquals(1, network.nic().guestsLeft());
        assertTrue(network.nic().isConnected());
        assertTrue(network.nic().send(0, bytes(60)));
        pass(MS);
        assertEquals(1, guest.takenCount());
    }

    @Test
    void shouldGiveTheCardBackWhenClosed() {
        attach();
        nic.close();
        pass(MS);
        assertFalse(network.isNicClaimed());
    }

    @Test
    void shouldTellWhyACardIsRefused() {
        RemoteNic none = network.peer().openNic("none");
        attach();
        pass(MS);
        assertEquals("there is no NIC none", none.refusal());
        assertFalse(none.isAttached());
    }

    @Test
    void shouldKeepFramesForAGuestThatIsShortOfBuffers() {
        attach();
        guest.room(2);
        for (int i = 0; i < 5; i++) {
            assertTrue(network.nic().send(0, bytes(60 + i)));
        }
        pass(MS);
        assertEquals(2, guest.takenCount());
        guest.room(10);
        pass(MS);
        assertEquals(
                List.of(60, 61, 62, 63, 64),
                guest.takeFrames().stream().map(taken -> taken.bytes().length).toList());
        assertEquals(0, nic.drops().value(NetDrop.NO_BUFFERS));
    }

    @Test
    void shouldDropWhatAGuestDoesNotTakeForLong() {
        attach();
        guest.room(0);
        assertTrue(network.nic().send(0, bytes(60)));
        pass(2 * FrameReceiver.PATIENCE_NS);
        assertEquals(1, nic.drops().value(NetDrop.NO_BUFFERS));
        guest.room(1);
        assertTrue(network.nic().send(0, bytes(60)));
        pass(MS);
        assertEquals(1, guest.takenCount());
    }

    @Test
    void shouldHoldFramesBackThatTheOtherEndHasNoRoomFor() {
        attach();
        network.nic().room(0);
        int sent = 0;
        for (int i = 0; i < 100; i++) {
            sent += guest.send(0, bytes(60)) ? 1 : 0;
            pass(STEP_NS);
        }
        assertEquals(FrameFlow.UNTAKEN_MAX, sent);
        network.nic().room(1000);
        pass(MS);
        assertEquals(FrameFlow.UNTAKEN_MAX, network.nic().takeFrames().size());
        assertTrue(guest.send(0, bytes(60)));
        assertEquals(0, network.nic().drops().value(NetDrop.NO_ROOM));
    }

    @Test
    void shouldCarryFramesForEverInOneDirection() {
        attach();
        network.faults(Faults.NONE.withLossPpm(20_000));
        int sent = 0;
        int received = 0;
        for (int i = 0; i < 20_000; i++) {
            NetFrame frame = guest.frame(0, new byte[60_000]);
            frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448).checksum(34, 16);
            sent += nic.offer(frame) ? 1 : 0;
            network.step(STEP_NS);
            received += network.nic().takeFrames().size();
        }
        assertTrue(nic.isAttached());
        assertEquals(0, nic.drops().value(NetDrop.NOT_CONNECTED), "the association was lost");
        assertTrue(sent > 19_000, "only " + sent + " of 20,000 sent: credit has run out");
        // That none of 42 pieces is lost has a probability of 0.43.
        assertTrue(received > 7_000, "only " + received + " received");
    }
}
