// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.QueueService;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that breaks the rules hurts nobody but itself. */
final class NetHostileGuestTest {
    private static final int BUFFER = 1526;

    private final MemoryNic nic = new MemoryNic();
    private final List<String> faults = new ArrayList<>();
    private NetGuest guest;

    @BeforeEach
    void start() {
        start(NetGuest.start(nic));
    }

    private void start(NetGuest newGuest) {
        guest = newGuest;
        guest.device()
                .listen(
                        new DeviceListener() {
                            @Override
                            public void onConfigChange() {}

                            @Override
                            public void onQueueFault(int index, String reason) {
                                faults.add(index + ": " + reason);
                            }
                        });
    }

    @AfterEach
    void close() {
        guest.close();
        nic.close();
    }

    private void restart(long features) {
        guest.close();
        start(NetGuest.start(nic, features));
    }

    /** Sends a frame that goes nowhere, for the reason that is counted. */
    private void assertDropped(String reason, byte[] header, byte[] data) {
        int head = guest.send(0, header, data);
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertEquals(1, guest.counter("dropped_" + reason), reason);
        assertEquals(1, guest.counter("tx_dropped"));
        assertEquals(List.of(), nic.sent());
    }

    private static byte[] header(int... bytes) {
        byte[] header = new byte[12];
        for (int i = 0; i < bytes.length; i++) {
            header[i] = (byte) bytes[i];
        }
        return header;
    }

    @Test
    void shouldDropAFrameWithoutAWholeHeader() {
        assertDropped("bad_header", new byte[11], new byte[0]);
    }

    @Test
    void shouldDropAFrameThatIsOnlyAHeader() {
        assertDropped("too_short", new byte[12], new byte[0]);
    }

    @Test
    void shouldDropAFrameThatIsTooLong() {
        assertDropped("too_long", new byte[12], new byte[NetFrame.LENGTH_MAX + 1]);
    }

    @Test
    void shouldDropAFrameThatNobodyMayCut() {
        assertDropped("over_mtu", new byte[12], new byte[1523]);
    }

    @Test
    void shouldDropAChecksumOutsideOfTheFrame() {
        assertDropped(
                "bad_checksum_place", header(1, 0, 0, 0, 0, 0, 255, 255, 255, 255), new byte[100]);
    }

    @Test
    void shouldDropFragmentationOffload() {
        assertDropped("bad_gso_type", header(1, 3, 42, 0, 100, 5, 34, 0, 6, 0), new byte[4000]);
    }

    @Test
    void shouldDropCongestionNoticeWithoutAType() {
        assertDropped("bad_gso_type", header(1, 0x80, 54, 0, 100, 5, 34, 0, 16, 0), new byte[4000]);
    }

    @Test
    void shouldDropSegmentsOfNothing() {
        assertDropped("bad_gso_size", header(1, 1, 54, 0, 0, 0, 34, 0, 16, 0), new byte[4000]);
    }

    @Test
    void shouldDropSegmentsThatDoNotFitTheWire() {
        assertDropped("bad_gso_size", header(1, 1, 54, 0, 255, 255, 34, 0, 16, 0), new byte[4000]);
    }

    @Test
    void shouldGiveBackAChainWithoutDescriptorsToRead() {
        int head = guest.driver(1).offer(List.of(guest.writable(100)));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertEquals(1, guest.counter("dropped_bad_header"));
    }

    @Test
    void shouldGiveAMalformedChainBackAndGoOn() {
        int head = guest.driver(1).offer(List.of(new Buffer(0, 16, false)));
        guest.send(0, new byte[60]);
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeSent(0));
        assertEquals(1, guest.counter("not_mapped"));
        assertEquals(1, nic.sent().size());
    }

    @Test
    void shouldMakeOnePieceOfAFrameInManyPieces() {
        byte[] data = new byte[1000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        List<Buffer> pieces = new ArrayList<>();
        pieces.add(guest.readable(new byte[12]));
        for (byte value : data) {
            pieces.add(guest.readable(new byte[] {value}));
        }
        guest.driver(1).offerIndirect(pieces);
        guest.device().doWork();
        assertArrayEquals(data, nic.sent().get(0).data());
        assertEquals(1, nic.pieceCountMax());
    }

    @Test
    void shouldSkipReceiveBuffersThatAreNone() {
        int readable = guest.driver(0).offer(List.of(guest.readable(new byte[BUFFER])));
        int mixed =
                guest.driver(0).offer(List.of(guest.readable(new byte[1]), guest.writable(BUFFER)));
        int outside = guest.driver(0).offer(List.of(new Buffer(0, BUFFER, true)));
        guest.offerBuffers(0, 1, BUFFER);
        assertTrue(nic.deliver(new byte[60]));
        guest.device().doWork();
        assertEquals(new Used(readable, 0), guest.driver(0).takeUsed());
        assertEquals(new Used(mixed, 0), guest.driver(0).takeUsed());
        assertEquals(new Used(outside, 0), guest.driver(0).takeUsed());
        assertNotNull(guest.receive(0));
        assertEquals(2, guest.counter("bad_chains"));
        assertEquals(1, guest.counter("not_mapped"));
    }

    @Test
    void shouldGiveBackWhatWasTakenBeforeABadBuffer() {
        guest.offerBuffers(0, 1, 100);
        guest.driver(0).offer(List.of(guest.readable(new byte[1])));
        guest.offerBuffers(0, 1, BUFFER);
        assertTrue(nic.deliver(new byte[200]));
        guest.device().doWork();
        assertEquals(0, guest.driver(0).takeUsed().length());
        assertEquals(0, guest.driver(0).takeUsed().length());
        assertEquals(200, guest.receive(0).data().length);
    }

    @Test
    void shouldNotLookForAGoodBufferForEver() {
        for (int i = 0; i < NetGuest.QUEUE_SIZE; i++) {
            guest.driver(0).offer(List.of(guest.readable(new byte[1])));
        }
        assertTrue(nic.deliver(new byte[60]));
        assertEquals(1, guest.counter("dropped_no_buffers"));
    }

    @Test
    void shouldStopAReceiveQueueWhoseRingIsBroken() {
        guest.driver(0).publish(4711);
        assertTrue(nic.deliver(new byte[60]));
        assertEquals(List.of("0: A head index is not below the ring's size."), faults);
        assertTrue(nic.deliver(new byte[60]));
        assertEquals(2, guest.counter("dropped_not_ready"));
        assertEquals(1, guest.counter("queue_faults"));
    }

    @Test
    void shouldServeOtherQueuesNextToABrokenOne() {
        guest.driver(0).publish(4711);
        nic.deliver(new byte[60]);
        guest.send(0, new byte[60]);
        guest.device().doWork();
        assertEquals(1, nic.sent().size());
    }

    @Test
    void shouldStopTheQueueWhenTheMemoryOfAFrameVanishes() {
        // Another page than the rings'.
        guest.ram().allocate(64 << 10, 4096);
        guest.send(0, new byte[1000]);
        guest.ram().cutOff(48 << 10);
        guest.device().doWork();
        assertEquals(1, faults.size());
        assertEquals(List.of(), nic.sent());
        assertNothingStaysMapped();
    }

    @Test
    void shouldStopTheQueueWhenTheMemoryOfABufferVanishes() {
        guest.ram().allocate(64 << 10, 4096);
        guest.offerBuffers(0, 4, BUFFER);
        guest.ram().cutOff(48 << 10);
        assertTrue(nic.deliver(new byte[1000]));
        assertEquals(1, faults.size());
        assertEquals(1, guest.counter("dropped_not_ready"));
        assertNothingStaysMapped();
    }

    @Test
    void shouldStopAllQueuesWhenTheGuestsMemoryVanishes() {
        guest.ram().cutOff(0);
        for (int cycle = 0; cycle < 2 * QueueService.QUIET_CYCLES_MAX; cycle++) {
            guest.device().doWork();
            assertTrue(nic.deliver(new byte[60]));
        }
        assertEquals(2, faults.size());
        assertNothingStaysMapped();
    }

    private void assertNothingStaysMapped() {
        guest.device().reset();
        guest.memory().close();
        assertEquals(0, guest.ram().serverMappings());
    }

    @Test
    void shouldNotBlameAGuestForTheMemoryOfAnother() {
        guest.offerBuffers(0, 4, BUFFER);
        try (GuestRam other = new GuestRam(1 << 16, 0, 0)) {
            NetFrame frame = new NetFrame().begin(0);
            frame.data().add(other.slice(), 0, 1000);
            other.cutOff(0);
            assertTrue(nic.deliver(frame));
        }
        assertEquals(List.of(), faults);
        assertTrue(nic.deliver(new byte[60]));
        assertEquals(60, lastReceivedLength());
    }

    @Test
    void shouldSendAgainWhatTheFaultOfAnotherGuestHasBrokenOff() {
        nic.failNext(new InternalError("the memory of another guest"));
        guest.send(0, new byte[60]);
        guest.device().doWork();
        assertEquals(List.of(), faults);
        guest.device().doWork();
        assertEquals(1, nic.sent().size());
        assertNotNull(guest.takeSent(0));
    }

    /** The frame that was broken off may have come before, or not. */
    private int lastReceivedLength() {
        guest.device().doWork();
        int length = 0;
        NetGuest.Received next = guest.receive(0);
        while (next != null) {
            length = next.data().length;
            next = guest.receive(0);
        }
        return length;
    }

    @Test
    void shouldBoundTheWorkOfOneCycle() {
        GuestDriver driver = guest.driver(1);
        for (int i = 0; i < NetGuest.QUEUE_SIZE; i++) {
            driver.offer(List.of(new Buffer(0, 1, false)));
        }
        assertTrue(guest.device().doWork() <= 68);
    }

    @Test
    void shouldFillBuffersOfOneByte() {
        List<Buffer> bytes = new ArrayList<>(Collections.nCopies(200, guest.writable(1)));
        guest.driver(0).offerIndirect(bytes);
        assertTrue(nic.deliver(new byte[100]));
        guest.device().doWork();
        assertEquals(112, guest.driver(0).takeUsed().length());
    }

    @Test
    void shouldCutForAGuestThatCannotTakeALongFrame() {
        restart(RingFeatures.SPLIT | NetFeatures.MRG_RXBUF);
        guest.offerBuffers(0, 8, BUFFER);
        PlainFrame whole = PlainFrame.tcp4(3000, PlainFrame.ACK);
        assertTrue(nic.deliver(gso(whole)));
        guest.device().doWork();
        assertSegment(whole, 1460);
        assertSegment(whole, 1460);
        assertSegment(whole, 80);
        assertNull(guest.receive(0));
        assertEquals(1, guest.counter("rx_cut"));
    }

    /** As iPXE, which has eight at most: it got long frames only when they were sent again. */
    @Test
    void shouldGiveACutFrameAsBuffersCome() {
        restart(RingFeatures.SPLIT | NetFeatures.MRG_RXBUF);
        guest.offerBuffers(0, 2, BUFFER);
        PlainFrame whole = PlainFrame.tcp4(3000, PlainFrame.ACK);
        assertTrue(nic.deliver(gso(whole)));
        assertFalse(nic.deliver(new byte[100]));
        assertFalse(nic.deliver(gso(whole)));
        guest.offerBuffers(0, 2, BUFFER);
        guest.device().doWork();
        assertTrue(nic.deliver(new byte[100]));
        guest.device().doWork();
        assertSegment(whole, 1460);
        assertSegment(whole, 1460);
        assertSegment(whole, 80);
        assertEquals(100, guest.receive(0).data().length);
    }

    /** Its checksum was wrong: it had been summed once more with each look for buffers. */
    @Test
    void shouldSumAFrameOnceThatWaitsForBuffers() {
        restart(RingFeatures.SPLIT | NetFeatures.MRG_RXBUF);
        guest.offerBuffers(0, 1, BUFFER);
        PlainFrame whole = PlainFrame.tcp4(1900, PlainFrame.ACK).withPseudoSum();
        NetFrame frame =
                nic.frame(whole.bytes())
                        .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0)
                        .checksum(whole.checksumStart(), whole.checksumOffset());
        assertTrue(nic.deliver(frame));
        guest.device().doWork();
        guest.offerBuffers(0, 1, BUFFER);
        guest.device().doWork();
        assertTrue(whole.like(guest.receive(0).data()).isSumRight());
    }

    @Test
    void shouldForgetTheRestOfACutFrameWhenItsQueueStops() {
        restart(RingFeatures.SPLIT | NetFeatures.MRG_RXBUF);
        guest.offerBuffers(0, 1, BUFFER);
        assertTrue(nic.deliver(gso(PlainFrame.tcp4(3000, PlainFrame.ACK))));
        guest.device().stopQueue(0);
        guest.startQueue(0);
        guest.offerBuffers(0, 1, BUFFER);
        assertTrue(nic.deliver(new byte[100]));
        assertEquals(1, guest.counter("dropped_not_ready"));
    }

    private NetFrame gso(PlainFrame whole) {
        return nic.frame(whole.bytes())
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1460)
                .checksum(whole.checksumStart(), whole.checksumOffset());
    }

    private void assertSegment(PlainFrame whole, int payloadLength) {
        NetGuest.Received received = guest.receive(0);
        PlainFrame segment = whole.like(received.data());
        assertEquals(payloadLength, segment.payloadLength());
        assertTrue(segment.isSumRight());
        assertEquals(0, received.flags());
        assertEquals(0, received.gsoType());
        assertEquals(1, received.bufferCount());
    }

    @Test
    void shouldSumForAGuestThatCannot() {
        restart(RingFeatures.SPLIT);
        guest.offerBuffers(0, 1, BUFFER);
        PlainFrame plain = PlainFrame.tcp4(500, PlainFrame.ACK).withPseudoSum();
        NetFrame frame =
                nic.frame(plain.bytes())
                        .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0)
                        .checksum(plain.checksumStart(), plain.checksumOffset());
        assertTrue(nic.deliver(frame));
        guest.device().doWork();
        assertSegment(plain, 500);
        assertEquals(1, guest.counter("rx_summed"));
    }

    @Test
    void shouldDropAFrameWhoseHeadersAreNotWhatIsSaidOfThem() {
        restart(RingFeatures.SPLIT);
        guest.offerBuffers(0, 8, BUFFER);
        PlainFrame whole = PlainFrame.tcp4(3000, PlainFrame.ACK);
        whole.bytes()[14] = 0x4F;
        assertTrue(nic.deliver(gso(whole)));
        assertEquals(1, guest.counter("dropped_bad_gso_headers"));
    }
}
