// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class SegmenterTest {
    private static final long SEQUENCE = 0x7_FFFF_FF00L;
    private static final int PAYLOAD_LENGTH = 3000;

    private final NativeBuffer buffer = new NativeBuffer(2 * FrameHeader.FRAME_MAX);
    private final MemorySlice whole = buffer.slice().slice(0, FrameHeader.FRAME_MAX);
    private final MemorySlice piece =
            buffer.slice().slice(FrameHeader.FRAME_MAX, FrameHeader.FRAME_MAX);
    private final FrameHeader header = new FrameHeader();

    private int headersLength;
    private int length;

    private static Endpoint end(IpVersion version, int number) {
        IpAddress address =
                switch (version) {
                    case V4 -> IpAddress.parse("10.0.0." + number);
                    case V6 -> IpAddress.parse("fd00::" + number);
                };
        return new Endpoint(0x02_00_00_00_00_00L + number, address, 7000 + number);
    }

    private void writeSuperFrame(IpVersion version) {
        FrameWriter writer = new FrameWriter(end(version, 1), end(version, 2), 1500);
        writer.writeAck(whole, 1, 2, 3);
        headersLength = writer.writeData(whole, SEQUENCE, 9, 1 << 20, PAYLOAD_LENGTH);
        length = headersLength + PAYLOAD_LENGTH;
        byte[] payload = new byte[PAYLOAD_LENGTH];
        new Random(5).nextBytes(payload);
        whole.putBytes(headersLength, payload, 0, PAYLOAD_LENGTH);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    @ParameterizedTest
    @CsvSource({"V4, 1448", "V6, 1428"})
    void shouldCutIntoSegmentsThatDescribeThemselves(IpVersion version, int segmentMax) {
        writeSuperFrame(version);
        assertEquals(3, Segmenter.count(whole, length));
        assertEquals(1500, Segmenter.ipLength(whole, length));
        assertSegment(0, segmentMax, FrameHeader.ACK);
        assertSegment(segmentMax, segmentMax, FrameHeader.ACK);
        int last = PAYLOAD_LENGTH - 2 * segmentMax;
        assertSegment(2 * segmentMax, last, FrameHeader.ACK | FrameHeader.PSH);
    }

    private void assertSegment(int offset, int payloadLength, int flags) {
        int index = offset == 0 ? 0 : (offset - 1) / 1448 + 1;
        int pieceLength = Segmenter.cut(whole, length, index, piece);
        assertEquals(headersLength + payloadLength, pieceLength);
        // Its virtio_net_hdr is empty, so this includes the checksums.
        assertNull(header.wrap(piece).invalidReason(pieceLength));
        assertEquals(payloadLength, header.payloadLength());
        assertEquals(flags, header.flags());
        assertEquals((int) SEQUENCE + offset, header.sequence());
        assertEquals(offset, header.superFrameOffset());
        assertEquals(SEQUENCE, header.superFrameStart48());
        assertEquals(PAYLOAD_LENGTH, header.superFrameLength());
        assertEquals(
                InternetChecksum.sum(whole, headersLength + (long) offset, payloadLength),
                InternetChecksum.sum(piece, headersLength, payloadLength));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldJoinWhatItCut(IpVersion version) {
        writeSuperFrame(version);
        int first = Segmenter.cut(whole, length, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        Coalescer coalescer = new Coalescer();
        int second = Segmenter.cut(whole, length, 1, next.slice());
        int joined = coalescer.join(piece, first, next.slice(), second);
        int third = Segmenter.cut(whole, length, 2, next.slice());
        joined = coalescer.join(piece, joined, next.slice(), third);
        next.close();
        assertEquals(length, joined);
        assertNull(header.wrap(piece).invalidReason(joined));
        assertEquals(PAYLOAD_LENGTH, header.payloadLength());
        assertEquals(FrameHeader.ACK | FrameHeader.PSH, header.flags());
        assertEquals(
                InternetChecksum.sum(whole, headersLength, PAYLOAD_LENGTH),
                InternetChecksum.sum(piece, headersLength, PAYLOAD_LENGTH));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldNotJoinAcrossAHole(IpVersion version) {
        writeSuperFrame(version);
        int first = Segmenter.cut(whole, length, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        int third = Segmenter.cut(whole, length, 2, next.slice());
        int joined = new Coalescer().join(piece, first, next.slice(), third);
        next.close();
        assertEquals(0, joined);
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldNotJoinADamagedSegment(IpVersion version) {
        writeSuperFrame(version);
        int first = Segmenter.cut(whole, length, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        int second = Segmenter.cut(whole, length, 1, next.slice());
        next.slice().putByte(500, (byte) ~next.slice().getByte(500));
        int joined = new Coalescer().join(piece, first, next.slice(), second);
        next.close();
        assertEquals(0, joined);
    }

    @Test
    void shouldNumberTheSegmentsOverIpv4() {
        writeSuperFrame(IpVersion.V4);
        int pieceLength = Segmenter.cut(whole, length, 2, piece);
        assertNull(header.wrap(piece).invalidReason(pieceLength));
        assertEquals(3, header.ipId());
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldNotJoinTwoFlows(IpVersion version) {
        writeSuperFrame(version);
        int first = Segmenter.cut(whole, length, 0, piece);
        FrameWriter other = new FrameWriter(end(version, 3), end(version, 2), 1500);
        other.writeData(whole, SEQUENCE, 9, 1 << 20, PAYLOAD_LENGTH);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        int second = Segmenter.cut(whole, length, 1, next.slice());
        assertNull(header.wrap(next.slice()).invalidReason(second));
        int joined = new Coalescer().join(piece, first, next.slice(), second);
        next.close();
        assertEquals(0, joined);
    }
}
