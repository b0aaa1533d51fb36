// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SegmenterTest {
    private static final Endpoint SERVER =
            new Endpoint(0x02_00_00_00_00_0AL, Ipv4Address.parse("10.0.0.1"), 40_000);
    private static final Endpoint IOHYP =
            new Endpoint(0x02_00_00_00_00_0BL, Ipv4Address.parse("10.0.0.2"), 7000);
    private static final long SEQUENCE = 0x7_FFFF_FF00L;
    private static final int PAYLOAD_LENGTH = 3000;
    private static final int LENGTH = FrameHeader.DATA_LENGTH + PAYLOAD_LENGTH;

    private final NativeBuffer buffer = new NativeBuffer(2 * FrameHeader.FRAME_MAX);
    private final MemorySlice whole = buffer.slice().slice(0, FrameHeader.FRAME_MAX);
    private final MemorySlice piece =
            buffer.slice().slice(FrameHeader.FRAME_MAX, FrameHeader.FRAME_MAX);
    private final FrameHeader header = new FrameHeader();

    @BeforeEach
    void writeSuperFrame() {
        FrameWriter writer = new FrameWriter(SERVER, IOHYP, 1500);
        writer.writeAck(whole, 1, 2, 3);
        writer.writeData(whole, SEQUENCE, 9, 1 << 20, PAYLOAD_LENGTH);
        byte[] payload = new byte[PAYLOAD_LENGTH];
        new Random(5).nextBytes(payload);
        whole.putBytes(FrameHeader.DATA_LENGTH, payload, 0, PAYLOAD_LENGTH);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    @Test
    void shouldCutIntoSegmentsThatDescribeThemselves() {
        assertEquals(3, Segmenter.count(whole, LENGTH));
        assertEquals(1500, Segmenter.ipLength(whole, LENGTH));
        assertSegment(0, 1448, FrameHeader.ACK);
        assertSegment(1, 1448, FrameHeader.ACK);
        assertSegment(2, 104, FrameHeader.ACK | FrameHeader.PSH);
    }

    private void assertSegment(int index, int payloadLength, int flags) {
        int length = Segmenter.cut(whole, LENGTH, index, piece);
        assertEquals(FrameHeader.DATA_LENGTH + payloadLength, length);
        // Its virtio_net_hdr is empty, so this includes the checksums.
        assertNull(header.wrap(piece).invalidReason(length));
        assertEquals(payloadLength, header.payloadLength());
        assertEquals(flags, header.flags());
        assertEquals(1 + index, header.ipId());
        assertEquals((int) SEQUENCE + index * 1448, header.sequence());
        assertEquals(index * 1448, header.superFrameOffset());
        assertEquals(SEQUENCE, header.superFrameStart48());
        assertEquals(PAYLOAD_LENGTH, header.superFrameLength());
        assertEquals(
                InternetChecksum.sum(whole, FrameHeader.DATA_LENGTH + index * 1448L, payloadLength),
                InternetChecksum.sum(piece, FrameHeader.DATA_LENGTH, payloadLength));
    }

    @Test
    void shouldJoinWhatItCut() {
        int first = Segmenter.cut(whole, LENGTH, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        Coalescer coalescer = new Coalescer();
        int second = Segmenter.cut(whole, LENGTH, 1, next.slice());
        int joined = coalescer.join(piece, first, next.slice(), second);
        int third = Segmenter.cut(whole, LENGTH, 2, next.slice());
        joined = coalescer.join(piece, joined, next.slice(), third);
        next.close();
        assertEquals(LENGTH, joined);
        assertNull(header.wrap(piece).invalidReason(joined));
        assertEquals(PAYLOAD_LENGTH, header.payloadLength());
        assertEquals(FrameHeader.ACK | FrameHeader.PSH, header.flags());
        assertEquals(
                InternetChecksum.sum(whole, FrameHeader.DATA_LENGTH, PAYLOAD_LENGTH),
                InternetChecksum.sum(piece, FrameHeader.DATA_LENGTH, PAYLOAD_LENGTH));
    }

    @Test
    void shouldNotJoinAcrossAHole() {
        int first = Segmenter.cut(whole, LENGTH, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        int third = Segmenter.cut(whole, LENGTH, 2, next.slice());
        int joined = new Coalescer().join(piece, first, next.slice(), third);
        next.close();
        assertEquals(0, joined);
    }

    @Test
    void shouldNotJoinADamagedSegment() {
        int first = Segmenter.cut(whole, LENGTH, 0, piece);
        NativeBuffer next = new NativeBuffer(FrameHeader.FRAME_MAX);
        int second = Segmenter.cut(whole, LENGTH, 1, next.slice());
        next.slice().putByte(500, (byte) ~next.slice().getByte(500));
        int joined = new Coalescer().join(piece, first, next.slice(), second);
        next.close();
        assertEquals(0, joined);
    }
}
