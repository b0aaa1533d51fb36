// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static io.vrio.server.device.net.PlainFrame.ACK;
import static io.vrio.server.device.net.PlainFrame.CWR;
import static io.vrio.server.device.net.PlainFrame.FIN;
import static io.vrio.server.device.net.PlainFrame.PSH;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.FrameSegmenter;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a guest without offloads gets of a frame that was sent with them. */
final class FrameSegmenterTest {
    private static final long SEED = 20_240_611;

    private final FrameSegmenter segmenter = new FrameSegmenter();
    private final NativeBuffer buffer = new NativeBuffer(NetFrame.LENGTH_MAX);
    private final NativeBuffer copyBuffer = new NativeBuffer(NetFrame.LENGTH_MAX);

    @AfterEach
    void close() {
        segmenter.close();
        buffer.close();
        copyBuffer.close();
    }

    private NetFrame netFrame(PlainFrame plain, int gsoType, int gsoSize) {
        MemorySlice memory = buffer.slice();
        memory.putBytes(0, plain.bytes(), 0, plain.length());
        NetFrame frame = new NetFrame().begin(3);
        frame.data().add(memory, 0, plain.length());
        return frame.offload(NetFrame.NEEDS_CHECKSUM, gsoType, plain.headersLength(), gsoSize)
                .checksum(plain.checksumStart(), plain.checksumOffset());
    }

    private List<PlainFrame> cut(PlainFrame plain, int gsoType, int gsoSize) {
        assertNull(segmenter.begin(netFrame(plain, gsoType, gsoSize), false));
        List<PlainFrame> segments = new ArrayList<>();
        for (int i = 0; i < segmenter.count(); i++) {
            NetFrame segment = segmenter.segment(i);
            assertEquals(0, segment.flags());
            assertEquals(NetFrame.GSO_NONE, segment.gsoType());
            assertEquals(3, segment.queue());
            segments.add(plain.like(bytes(segment)));
        }
        return segments;
    }

    private byte[] bytes(NetFrame frame) {
        byte[] bytes = new byte[frame.length()];
        frame.data().copyTo(0, copyBuffer.slice(), 0, bytes.length);
        copyBuffer.slice().getBytes(0, bytes, 0, bytes.length);
        return bytes;
    }

    private NetDrop refusal(PlainFrame plain, int gsoType, int gsoSize) {
        return segmenter.begin(netFrame(plain, gsoType, gsoSize), false);
    }

    private static List<Integer> lengths(List<PlainFrame> segments) {
        return segments.stream().map(PlainFrame::payloadLength).toList();
    }

    private static byte[] payloads(List<PlainFrame> segments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (PlainFrame segment : segments) {
            all.writeBytes(payload(segment));
        }
        return all.toByteArray();
    }

    private static byte[] payload(PlainFrame frame) {
        return Arrays.copyOfRange(frame.bytes(), frame.headersLength(), frame.length());
    }

    private static void assertSound(List<PlainFrame> segments) {
        assertTrue(segments.stream().allMatch(PlainFrame::isSumRight));
        assertTrue(segments.stream().allMatch(s -> s.saidLength() == s.length()));
    }

    @Test
    void shouldCutTcpOverIpv4() {
        PlainFrame whole = PlainFrame.tcp4(3000, ACK);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV4, 1460);
        assertEquals(List.of(1460, 1460, 80), lengths(segments));
        assertArrayEquals(payload(whole), payloads(segments));
        assertSound(segments);
        assertTrue(segments.stream().allMatch(PlainFrame::isIpv4SumRight));
    }

    @Test
    void shouldNumberTheSegmentsOfTcp() {
        List<PlainFrame> segments = cut(PlainFrame.tcp4(2500, ACK), NetFrame.GSO_TCPV4, 1000);
        // The sequence number wraps, as does the identification.
        assertEquals(
                List.of(0xFFFF_FF00, 0x2E8, 0x6D0),
                segments.stream().map(PlainFrame::sequence).toList());
        assertEquals(List.of(0xFFFF, 0, 1), segments.stream().map(PlainFrame::ipId).toList());
    }

    @Test
    void shouldEndOnlyWithTheLastSegment() {
        PlainFrame whole = PlainFrame.tcp4(2500, ACK | PSH | FIN);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV4, 1000);
        assertEquals(
                List.of(ACK, ACK, ACK | PSH | FIN),
                segments.stream().map(PlainFrame::tcpFlags).toList());
    }

    @Test
    void shouldTellOnceThatTheWindowWasReduced() {
        PlainFrame whole = PlainFrame.tcp4(2500, ACK | CWR);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV4 | NetFrame.GSO_ECN, 1000);
        assertEquals(
                List.of(ACK | CWR, ACK, ACK), segments.stream().map(PlainFrame::tcpFlags).toList());
        assertSound(segments);
    }

    @Test
    void shouldCutBehindAVlanTag() {
        PlainFrame whole = PlainFrame.taggedTcp4(2000, ACK);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV4, 1400);
        assertEquals(List.of(1400, 600), lengths(segments));
        assertSound(segments);
    }

    @Test
    void shouldCutTcpOverIpv6() {
        PlainFrame whole = PlainFrame.tcp6(3001, ACK, 0);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV6, 1440);
        assertEquals(List.of(1440, 1440, 121), lengths(segments));
        assertArrayEquals(payload(whole), payloads(segments));
        assertSound(segments);
    }

    @Test
    void shouldCutBehindExtensionHeaders() {
        PlainFrame whole = PlainFrame.tcp6(2000, ACK, 8);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_TCPV6, 1200);
        assertEquals(List.of(1200, 800), lengths(segments));
        assertSound(segments);
    }

    @Test
    void shouldRefuseMoreExtensionHeadersThanItFollows() {
        assertEquals(
                NetDrop.BAD_GSO_HEADERS,
                refusal(PlainFrame.tcp6(2000, ACK, 9), NetFrame.GSO_TCPV6, 1200));
    }

    @Test
    void shouldCutUdp() {
        PlainFrame whole = PlainFrame.udp4(2500);
        List<PlainFrame> segments = cut(whole, NetFrame.GSO_UDP_L4, 1000);
        assertEquals(List.of(1000, 1000, 500), lengths(segments));
        assertEquals(
                List.of(1008, 1008, 508), segments.stream().map(PlainFrame::udpLength).toList());
        assertSound(segments);
        assertSound(cut(PlainFrame.udp6(2500), NetFrame.GSO_UDP_L4, 1000));
    }

    @Test
    void shouldLeaveTheSumToAGuestThatKnowsHow() {
        PlainFrame whole = PlainFrame.tcp4(2500, ACK);
        segmenter.begin(netFrame(whole, NetFrame.GSO_TCPV4, 1000), true);
        NetFrame last = segmenter.segment(2);
        assertEquals(NetFrame.NEEDS_CHECKSUM, last.flags());
        assertEquals(whole.checksumStart(), last.checksumStart());
        assertEquals(16, last.checksumOffset());
        assertTrue(whole.like(bytes(last)).hasPseudoSum());
    }

    @Test
    void shouldSumAFrameThatIsNotCut() {
        PlainFrame plain = PlainFrame.tcp4(333, ACK).withPseudoSum();
        List<PlainFrame> summed = cut(plain, NetFrame.GSO_NONE, 0);
        assertEquals(List.of(333), lengths(summed));
        assertTrue(summed.get(0).isSumRight());
    }

    @Test
    void shouldNotSayWithASumOfZeroThatThereIsNone() {
        PlainFrame plain = PlainFrame.udp4(2).withPseudoSum();
        // A payload that brings the sum of all to 0xFFFF, whose complement is zero.
        byte[] bytes = plain.bytes();
        bytes[42] = 0;
        bytes[43] = 0;
        int sum = complementOfSum(cut(plain, NetFrame.GSO_NONE, 0).get(0));
        bytes[42] = (byte) (sum >>> 8);
        bytes[43] = (byte) sum;
        byte[] summed = cut(plain, NetFrame.GSO_NONE, 0).get(0).bytes();
        assertEquals((byte) 0xFF, summed[40]);
        assertEquals((byte) 0xFF, summed[41]);
    }

    private static int complementOfSum(PlainFrame frame) {
        return (frame.bytes()[40] & 0xFF) << 8 | frame.bytes()[41] & 0xFF;
    }

    @Test
    void shouldMakeOneSegmentOfLittle() {
        assertEquals(List.of(10), lengths(cut(PlainFrame.tcp4(10, ACK), NetFrame.GSO_TCPV4, 1460)));
        assertEquals(List.of(0), lengths(cut(PlainFrame.tcp4(0, ACK), NetFrame.GSO_TCPV4, 1460)));
    }

    @Test
    void shouldRefuseMoreSegmentsThanAnybodyNeeds() {
        PlainFrame whole = PlainFrame.tcp4(FrameSegmenter.SEGMENTS_MAX + 1, ACK);
        assertEquals(NetDrop.BAD_GSO_SIZE, refusal(whole, NetFrame.GSO_TCPV4, 1));
        assertEquals(NetDrop.BAD_GSO_SIZE, refusal(whole, NetFrame.GSO_TCPV4, 0));
    }

    @Test
    void shouldRefuseHeadersThatAreNotWhatIsSaidOfThem() {
        NetDrop bad = NetDrop.BAD_GSO_HEADERS;
        assertEquals(bad, refusal(PlainFrame.tcp4(2000, ACK), NetFrame.GSO_TCPV6, 1000));
        assertEquals(bad, refusal(PlainFrame.tcp6(2000, ACK, 0), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(PlainFrame.tcp4(2000, ACK), NetFrame.GSO_UDP_L4, 1000));
        assertEquals(bad, refusal(PlainFrame.udp4(2000), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(PlainFrame.tcp4(2000, ACK), 3, 1000));
        assertEquals(bad, refusal(changed(12, 0x08, 0x06), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(14, 0x65), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(14, 0x46), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(14, 0x40), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(20, 0x20, 0x00), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(20, 0x00, 0x01), NetFrame.GSO_TCPV4, 1000));
        assertEquals(bad, refusal(changed(46, 0x40), NetFrame.GSO_TCPV4, 1000));
    }

    /** A good frame with other bytes at one place. */
    private static PlainFrame changed(int at, int... values) {
        PlainFrame frame = PlainFrame.tcp4(2000, ACK);
        for (int i = 0; i < values.length; i++) {
            frame.bytes()[at + i] = (byte) values[i];
        }
        return frame;
    }

    @Test
    void shouldRefuseATcpHeaderThatEndsBehindTheFrame() {
        PlainFrame frame = PlainFrame.tcp4(10, ACK);
        frame.bytes()[46] = (byte) 0xF0;
        assertEquals(NetDrop.BAD_GSO_HEADERS, refusal(frame, NetFrame.GSO_TCPV4, 1000));
    }

    @Test
    void shouldRefuseAChecksumOutsideOfTheFrame() {
        NetFrame frame = netFrame(PlainFrame.tcp4(10, ACK), NetFrame.GSO_NONE, 0);
        frame.checksum(0xFFFF, 0xFFFF);
        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, segmenter.begin(frame, false));
        frame.checksum(64, 0);
        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, segmenter.begin(frame, false));
        frame.checksum(62, 0);
        assertNull(segmenter.begin(frame, false));
    }

    /** Every result lies within bounds and makes sense to no more than its own receiver. */
    @Test
    void shouldSurviveAnyFrame() {
        Random random = new Random(SEED);
        int refused = 0;
        int cut = 0;
        int types = NetFrame.GSO_UDP_L4 + 1;
        for (int i = 0; i < 20_000; i++) {
            PlainFrame plain = random(random);
            byte[] bytes = plain.bytes();
            for (int change = random.nextInt(4); change > 0; change--) {
                int at = random.nextInt(Math.min(bytes.length, 80));
                bytes[at] = (byte) random.nextInt(256);
            }
            NetFrame frame = netFrame(plain, random.nextInt(types), random.nextInt(3000));
            if (random.nextInt(4) == 0) {
                frame.checksum(random.nextInt(80), random.nextInt(20));
            }
            boolean isTaken = segmenter.begin(frame, random.nextBoolean()) == null;
            cut += isTaken && frame.isGso() ? 1 : 0;
            for (int s = 0; isTaken && s < segmenter.count(); s++) {
                assertTrue(segmenter.segment(s).length() <= plain.length());
            }
            refused += isTaken ? 0 : 1;
        }
        assertTrue(refused > 1000 && cut > 1000, refused + " refused " + cut + " cut");
    }

    private static PlainFrame random(Random random) {
        int length = random.nextInt(4000);
        return switch (random.nextInt(4)) {
            case 0 -> PlainFrame.tcp4(length, random.nextInt(256));
            case 1 -> PlainFrame.tcp6(length, random.nextInt(256), random.nextInt(10));
            case 2 -> PlainFrame.udp4(length);
            default -> PlainFrame.udp6(length);
        };
    }
}
