// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.server.device.net.MemoryNic.Sent;
import io.vrio.server.device.net.NetGuest.Received;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the frames that a guest sends and is sent. */
final class NetDeviceTest {
    private static final long LEGACY = RingFeatures.ANY_LAYOUT;

    private final MemoryNic nic = new MemoryNic();
    private NetGuest guest = NetGuest.start(nic);

    @AfterEach
    void close() {
        guest.close();
        nic.close();
    }

    private void restart(long features) {
        guest.close();
        guest = NetGuest.start(nic, features);
    }

    private static byte[] frame(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + 7);
        }
        // No type that anybody looks into.
        bytes[12] = 0x08;
        bytes[13] = 0x06;
        return bytes;
    }

    @Test
    void shouldTellTheNicWhenItsNextGuestMayBeAnother() {
        guest.device().detach();
        assertEquals(1, nic.guestsLeft());
        assertTrue(nic.isConnected());
    }

    @Test
    void shouldSendWhatTheGuestSends() {
        int head = guest.send(0, frame(100));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertArrayEquals(frame(100), nic.sent().get(0).data());
        assertEquals(1, guest.counter("tx_frames"));
        assertEquals(100, guest.counter("pair_0_tx_bytes"));
    }

    @Test
    void shouldSendAFrameInDescriptorsOfAnyLength() {
        byte[] all = new byte[12 + 60];
        System.arraycopy(frame(60), 0, all, 12, 60);
        List<Buffer> pieces = new ArrayList<>();
        for (int i = 0; i < all.length; i += 8) {
            byte[] piece = new byte[8];
            System.arraycopy(all, i, piece, 0, 8);
            pieces.add(guest.readable(piece));
        }
        guest.driver(1).offer(pieces);
        guest.device().doWork();
        assertArrayEquals(frame(60), nic.sent().get(0).data());
    }

    @Test
    void shouldPassOnWhatIsToBeDoneToAFrame() {
        byte[] header = {1, 1, 54, 0, (byte) 0xB4, 5, 34, 0, 16, 0, 0, 0};
        guest.send(0, header, frame(5000));
        guest.device().doWork();
        Sent sent = nic.sent().get(0);
        assertTrue((sent.flags() & NetFrame.NEEDS_CHECKSUM) != 0);
        assertEquals(NetFrame.GSO_TCPV4, sent.gsoType());
        assertEquals(1460, sent.gsoSize());
        assertEquals(34, sent.checksumStart());
        assertEquals(16, sent.checksumOffset());
    }

    @Test
    void shouldSendWithTheShortHeaderOfALegacyDriver() {
        restart(LEGACY);
        assertEquals(10, guest.headerLength());
        guest.send(0, frame(64));
        guest.device().doWork();
        assertArrayEquals(frame(64), nic.sent().get(0).data());
    }

    @Test
    void shouldSendWithTheLongHeaderOfALegacyDriverThatMerges() {
        restart(LEGACY | NetFeatures.MRG_RXBUF);
        assertEquals(12, guest.headerLength());
        guest.send(0, frame(64));
        guest.device().doWork();
        assertArrayEquals(frame(64), nic.sent().get(0).data());
    }

    @Test
    void shouldKeepAFrameForWhichThereIsNoRoom() {
        nic.setFull(true);
        guest.send(0, frame(60));
        guest.send(0, frame(61));
        guest.device().doWork();
        assertNull(guest.takeSent(0));
        assertTrue(guest.device().isHeldBack());
        assertTrue(guest.device().prepareToBlock());
        nic.setFull(false);
        guest.device().doWork();
        assertFalse(guest.device().isHeldBack());
        assertArrayEquals(frame(60), nic.sent().get(0).data());
        assertArrayEquals(frame(61), nic.sent().get(1).data());
        assertEquals(2, guest.counter("tx_frames"));
        assertEquals(1, guest.counter("tx_held_back"));
    }

    @Test
    void shouldHaveNothingInFlightWhenThereIsNoRoom() {
        nic.setFull(true);
        guest.send(0, frame(60));
        guest.device().doWork();
        assertEquals(0, guest.device().inFlight(1));
        guest.device().stopQueue(1);
        nic.setFull(false);
        guest.device().doWork();
        assertEquals(List.of(), nic.sent());
    }

    @Test
    void shouldReceiveWhatTheNetworkSends() {
        guest.offerBuffers(0, 4, 1526);
        assertTrue(nic.deliver(frame(1514)));
        guest.device().doWork();
        Received received = guest.receive(0);
        assertArrayEquals(frame(1514), received.data());
        assertEquals(1, received.number(10));
        assertTrue(guest.isCalled());
        assertEquals(1, guest.counter("rx_frames"));
        assertEquals(1514, guest.counter("rx_bytes"));
    }

    @Test
    void shouldSpreadAFrameOverMergeableBuffers() {
        guest.offerBuffers(0, 60, 1526);
        NetFrame frame =
                nic.frame(frame(65_000))
                        .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1460)
                        .checksum(34, 16);
        assertTrue(nic.deliver(frame));
        guest.device().doWork();
        Received received = guest.receive(0);
        assertArrayEquals(frame(65_000), received.data());
        assertEquals(43, received.bufferCount());
        assertEquals(NetFrame.GSO_TCPV4, received.gsoType());
        assertEquals(54, received.number(2));
        assertEquals(1460, received.number(4));
        assertEquals(34, received.number(6));
        assertEquals(16, received.number(8));
    }

    @Test
    void shouldShowAFrameInAllItsBuffersAtOnce() {
        guest.offerBuffers(0, 60, 100);
        assertTrue(nic.deliver(frame(1514)));
        // More buffers than are given back at a time: a driver that saw only some would give up.
        assertNotNull(guest.receive(0));
        assertNull(guest.receive(0));
    }

    @Test
    void shouldRefuseAFrameForWhichThereAreTooFewBuffers() {
        guest.offerBuffers(0, 2, 600);
        assertFalse(nic.deliver(frame(1500)));
        assertEquals(0, guest.device().inFlight(0));
        guest.offerBuffers(0, 1, 600);
        assertTrue(nic.deliver(frame(1500)));
        guest.device().doWork();
        assertArrayEquals(frame(1500), guest.receive(0).data());
        assertEquals(1, guest.counter("rx_held_back"));
    }

    @Test
    void shouldWantAKickOnlyWhenBuffersAreMissing() {
        guest.offerBuffers(0, 2, 600);
        guest.driver(0).isKickWanted();
        assertTrue(guest.device().prepareToBlock());
        nic.deliver(frame(1500));
        assertTrue(guest.device().prepareToBlock());
        guest.offerBuffers(0, 1, 600);
        assertTrue(guest.driver(0).isKickWanted());
    }

    @Test
    void shouldNotBlockWhenBuffersHaveComeMeanwhile() {
        guest.offerBuffers(0, 1, 600);
        nic.deliver(frame(1500));
        guest.offerBuffers(0, 2, 600);
        assertFalse(guest.device().prepareToBlock());
    }

    /** The worker went round at full speed until the next frame came. */
    @Test
    void shouldBlockWhenTheFrameThatBuffersWereMissingForIsGone() {
        guest.offerBuffers(0, 1, 600);
        assertFalse(nic.deliver(frame(1500)));
        guest.offerBuffers(0, 2, 600);
        assertFalse(guest.device().prepareToBlock());
        guest.device().doWork();
        assertTrue(guest.device().prepareToBlock());
    }

    @Test
    void shouldDropAFrameThatFitsNoBuffer() {
        restart(RingFeatures.SPLIT);
        guest.offerBuffers(0, 2, 600);
        assertTrue(nic.deliver(frame(1500)));
        assertTrue(nic.deliver(frame(500)));
        guest.device().doWork();
        assertArrayEquals(frame(500), guest.receive(0).data());
        assertEquals(1, guest.counter("dropped_no_buffers"));
    }

    @Test
    void shouldDropAFrameThatTheWholeRingCannotHold() {
        guest.offerBuffers(0, NetGuest.QUEUE_SIZE, 100);
        assertTrue(nic.deliver(frame(60_000)));
        assertEquals(1, guest.counter("dropped_no_buffers"));
    }

    @Test
    void shouldDropInBothDirectionsWhileTheLinkIsDown() {
        guest.offerBuffers(0, 1, 1526);
        nic.change(nic.properties().withLink(false));
        int head = guest.send(0, frame(60));
        assertTrue(nic.deliver(frame(60)));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertEquals(List.of(), nic.sent());
        assertNull(guest.receive(0));
        assertEquals(2, guest.counter("dropped_link_down"));
    }

    @Test
    void shouldThrowAwayWhatADisabledQueueSendsAndGiveItNothing() {
        guest.offerBuffers(0, 1, 1526);
        guest.device().enableQueue(0, false);
        guest.device().enableQueue(1, false);
        int head = guest.send(0, frame(60));
        assertTrue(nic.deliver(frame(60)));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertEquals(List.of(), nic.sent());
        assertNull(guest.receive(0));
        assertEquals(2, guest.counter("dropped_not_ready"));
    }

    @Test
    void shouldDropWhatComesBeforeTheDriver() {
        guest.close();
        guest = new NetGuest(nic, RingFeatures.SPLIT);
        assertTrue(nic.deliver(frame(60)));
        assertEquals(1, guest.counter("dropped_not_ready"));
    }

    @Test
    void shouldGiveAStoppedQueueNothing() {
        guest.offerBuffers(0, 1, 1526);
        guest.device().stopQueue(0);
        assertTrue(nic.deliver(frame(60)));
        guest.device().failInFlight(0);
        assertTrue(nic.deliver(frame(60)));
        assertNull(guest.receive(0));
        assertEquals(2, guest.counter("dropped_not_ready"));
    }

    @Test
    void shouldGoOnWithTheBuffersThatWereThereBefore() {
        guest.offerBuffers(0, 2, 1526);
        nic.deliver(frame(60));
        guest.device().stopQueue(0);
        guest.device().failInFlight(0);
        guest.receive(0);
        // Of two buffers one is left: the ring goes on where a frame was last taken for.
        guest.restartQueue(0, 1);
        assertTrue(nic.deliver(frame(61)));
        guest.device().doWork();
        assertArrayEquals(frame(61), guest.receive(0).data());
    }

    @Test
    void shouldLeaveTheBuffersAloneWhileTheMemoryTableChanges() {
        guest.offerBuffers(0, 1, 1526);
        guest.device().pause(true);
        assertFalse(nic.deliver(frame(60)));
        guest.device().pause(false);
        assertTrue(nic.deliver(frame(60)));
    }

    @Test
    void shouldSendBackWhatItSendsToItself() {
        nic.echo();
        guest.offerBuffers(0, 2, 1526);
        guest.send(0, frame(900));
        guest.device().doWork();
        guest.device().doWork();
        assertArrayEquals(frame(900), guest.receive(0).data());
    }

    @Test
    void shouldLetGoOfTheNicWhenClosed() {
        guest.device().close();
        assertFalse(nic.isConnected());
    }
}
