// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of several receive queues a frame comes to. */
final class NetPairsTest {
    private final MemoryNic nic = new MemoryNic();
    private NetGuest guest;

    @BeforeEach
    void start() {
        guest = NetGuest.start(nic);
        for (int pair = 0; pair < NetGuest.PAIRS; pair++) {
            if (pair > 0) {
                guest.startPair(pair);
            }
            guest.offerBuffers(pair, 32, 1526);
        }
    }

    @AfterEach
    void close() {
        guest.close();
        nic.close();
    }

    /** A frame of the n-th flow, in one of its directions. */
    private static byte[] flow(int n, boolean isAnswer) {
        byte[] frame = PlainFrame.tcp4(10, PlainFrame.ACK).bytes();
        byte[] source = {10, 0, 0, 1};
        byte[] destination = {10, 0, 1, (byte) n};
        System.arraycopy(isAnswer ? destination : source, 0, frame, 26, 4);
        System.arraycopy(isAnswer ? source : destination, 0, frame, 30, 4);
        byte[] here = {(byte) 0x80, (byte) n};
        byte[] there = {0, 80};
        System.arraycopy(isAnswer ? there : here, 0, frame, 34, 2);
        System.arraycopy(isAnswer ? here : there, 0, frame, 36, 2);
        return frame;
    }

    /** Delivers a frame; returns the pair that got it. */
    private int pairOf(byte[] frame) {
        assertTrue(nic.deliver(frame));
        guest.device().doWork();
        for (int pair = 0; pair < NetGuest.PAIRS; pair++) {
            if (guest.receive(pair) != null) {
                return pair;
            }
        }
        return -1;
    }

    @Test
    void shouldAnswerOnThePairThatAsked() {
        for (int n = 0; n < 16; n++) {
            guest.send(n % NetGuest.PAIRS, flow(n, false));
        }
        guest.device().doWork();
        int[] pairs = new int[16];
        for (int n = 0; n < 16; n++) {
            pairs[n] = pairOf(flow(n, true));
        }
        int[] expected = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
        assertEquals(Arrays.toString(expected), Arrays.toString(pairs));
    }

    @Test
    void shouldFollowAFlowThatMoves() {
        guest.send(1, flow(1, false));
        guest.device().doWork();
        assertEquals(1, pairOf(flow(1, true)));
        guest.send(3, flow(1, false));
        guest.device().doWork();
        assertEquals(3, pairOf(flow(1, true)));
    }

    @Test
    void shouldSpreadFlowsThatItDoesNotKnow() {
        Set<Integer> pairs = new HashSet<>();
        for (int n = 0; n < 64; n++) {
            pairs.add(pairOf(flow(n, true)));
        }
        assertEquals(Set.of(0, 1, 2, 3), pairs);
        assertEquals(pairOf(flow(5, true)), pairOf(flow(5, true)));
    }

    /** The worker went round at full speed as long as the first pair had no buffers. */
    @Test
    void shouldBlockWhileAFrameWaitsBehindTheRestOfAnotherPairs() {
        try (NetGuest plain = NetGuest.start(nic, RingFeatures.SPLIT | NetFeatures.MRG_RXBUF)) {
            plain.startPair(1);
            plain.send(1, flow(1, false));
            plain.device().doWork();
            plain.offerBuffers(0, 1, 1526);
            plain.offerBuffers(1, 4, 1526);
            assertTrue(nic.deliver(gso(PlainFrame.tcp4(3000, PlainFrame.ACK).bytes())));
            assertFalse(nic.deliver(gso(flow(1, true))));
            plain.device().doWork();
            assertTrue(plain.device().prepareToBlock());
        }
    }

    private NetFrame gso(byte[] bytes) {
        return nic.frame(bytes)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1460)
                .checksum(34, 16);
    }

    @Test
    void shouldGiveTheFirstPairWhatIsNoFlow() {
        byte[] arp = new byte[60];
        arp[12] = 8;
        arp[13] = 6;
        assertEquals(0, pairOf(arp));
    }

    @Test
    void shouldPassOverAPairThatIsDisabled() {
        guest.send(2, flow(1, false));
        guest.device().doWork();
        guest.device().enableQueue(4, false);
        assertNotEquals(2, pairOf(flow(1, true)));
        guest.device().enableQueue(4, true);
        assertEquals(2, pairOf(flow(1, true)));
    }

    @Test
    void shouldUseTheOnlyPairThatIsEnabled() {
        guest.device().enableQueue(0, false);
        guest.device().enableQueue(2, false);
        guest.device().enableQueue(6, false);
        for (int n = 0; n < 8; n++) {
            assertEquals(2, pairOf(flow(n, true)));
        }
    }

    @Test
    void shouldHashBothDirectionsAlike() {
        try (FlowTable flows = new FlowTable();
                NativeBuffer buffer = new NativeBuffer(2000)) {
            assertEquals(hash(flows, buffer, flow(3, false)), hash(flows, buffer, flow(3, true)));
            assertNotEquals(hash(flows, buffer, flow(3, true)), hash(flows, buffer, flow(4, true)));
            assertTrue(hash(flows, buffer, PlainFrame.udp6(10).bytes()) >= 0);
            assertTrue(hash(flows, buffer, PlainFrame.taggedTcp4(10, 0).bytes()) >= 0);
        }
    }

    private static int hash(FlowTable flows, NativeBuffer buffer, byte[] frame) {
        buffer.slice().putBytes(0, frame, 0, frame.length);
        SliceList list = new SliceList();
        list.add(buffer.slice(), 0, frame.length);
        return flows.hash(list);
    }

    @Test
    void shouldHashFramesOfAnyLength() {
        try (FlowTable flows = new FlowTable();
                NativeBuffer buffer = new NativeBuffer(2000)) {
            byte[] whole = PlainFrame.taggedTcp4(60, 0).bytes();
            for (int length = 0; length < whole.length; length++) {
                assertTrue(hash(flows, buffer, Arrays.copyOf(whole, length)) >= -1);
            }
        }
    }

    @Test
    void shouldKeepTheFragmentsOfAPacketTogether() {
        byte[] first = flow(7, true);
        first[20] = 0x20;
        byte[] second = flow(7, true);
        second[20] = 0x00;
        second[21] = 0x40;
        second[34] = 99;
        assertEquals(pairOf(first), pairOf(second));
    }
}
