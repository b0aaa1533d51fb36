// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Golden bytes: a change here is a change of the protocol. */
final class SegmentHeaderTest {
    private static final int PAYLOAD = 8192;

    private final NativeBuffer buffer = new NativeBuffer(PAYLOAD);
    private final MemorySlice memory = buffer.slice();
    private final SegmentHeader header = new SegmentHeader();

    @BeforeEach
    void write() {
        header.wrap(memory, 0, PAYLOAD).write(MessageKind.REQUEST, 3, 0x0002_0005, 4128, 0, 4128);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    private String reasonOf(int messageLength, int offset, int length) {
        header.write(MessageKind.REQUEST, 3, 5, messageLength, offset, length);
        return header.invalidReason();
    }

    @Test
    void shouldWriteTheBytesOfTheProtocol() {
        byte[] bytes = new byte[SegmentHeader.LENGTH];
        memory.getBytes(0, bytes, 0, bytes.length);
        String expected = "020000030002000500001020000000000000102000000000";
        assertEquals(expected, HexFormat.of().formatHex(bytes));
        assertEquals(ProtocolDocument.golden("segment header"), expected);
    }

    @Test
    void shouldReadWhatItWrote() {
        assertNull(header.invalidReason());
        assertEquals(MessageKind.REQUEST, header.kind());
        assertEquals(3, header.flow());
        assertEquals(0x0002_0005, header.id());
        assertEquals(4128, header.messageLength());
        assertEquals(0, header.segmentOffset());
        assertEquals(4128, header.segmentLength());
    }

    @Test
    void shouldGiveEachKindItsCode() {
        assertEquals(1, MessageKind.CONTROL.code());
        assertEquals(2, MessageKind.REQUEST.code());
        assertEquals(3, MessageKind.RESPONSE.code());
        assertEquals(4, MessageKind.PROBE.code());
        assertNull(MessageKind.ofCode(0));
        assertEquals(5, MessageKind.FRAMES.code());
        assertEquals(6, MessageKind.FRAMES_TAKEN.code());
        assertEquals(7, MessageKind.GOODBYE.code());
        assertNull(MessageKind.ofCode(8));
    }

    @Test
    void shouldRefuseAnUnknownKind() {
        memory.putByte(0, (byte) 8);
        assertEquals("unknown message kind", header.invalidReason());
    }

    @Test
    void shouldRefuseAMessageOfNoOrTooManyBytes() {
        int max = ProtocolDocument.limit("message length");
        assertEquals(SegmentHeader.MESSAGE_MAX, max);
        assertEquals("message length is not 1 to 4194368", reasonOf(0, 0, 1));
        assertEquals("message length is not 1 to 4194368", reasonOf(-1, 0, 1));
        assertEquals("message length is not 1 to 4194368", reasonOf(max + 1, 0, 1));
        assertNull(reasonOf(max, 0, 1));
    }

    @Test
    void shouldRefuseAnEmptySegment() {
        assertEquals("segment is empty or its offset is negative", reasonOf(100, 0, 0));
        assertEquals("segment is empty or its offset is negative", reasonOf(100, -1, 1));
    }

    @Test
    void shouldRefuseASegmentBeyondItsMessage() {
        assertNull(reasonOf(100, 99, 1));
        assertEquals("segment reaches past its message", reasonOf(100, 99, 2));
        assertEquals("segment reaches past its message", reasonOf(100, Integer.MAX_VALUE, 2));
        assertEquals("segment reaches past its message", reasonOf(100, 1, Integer.MAX_VALUE));
    }

    @Test
    void shouldRefuseASegmentBeyondItsSuperFrame() {
        header.wrap(memory, 0, 124);
        assertNull(reasonOf(1000, 0, 100));
        assertEquals("segment reaches past its super-frame", reasonOf(1000, 0, 101));
    }

    @Test
    void shouldRefuseLessThanAHeader() {
        header.wrap(memory, 0, 23);
        assertEquals("shorter than a segment header", header.invalidReason());
    }
}
