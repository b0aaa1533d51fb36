// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Golden bytes: a change here is a change of the protocol. */
final class SuperFrameHeaderTest {
    private static final long SEQUENCE = 0x1234_89AB_CDEFL;
    private static final long CUMULATIVE = 0x0102_0304L;

    private final NativeBuffer buffer = new NativeBuffer(1024);
    private final MemorySlice memory = buffer.slice();
    private final SuperFrameHeader header = new SuperFrameHeader();

    @BeforeEach
    void write() {
        header.wrap(memory, 0, 1024).write(0x0102_0304, SEQUENCE, true);
        header.writeWindow(SEQUENCE, CUMULATIVE, CUMULATIVE + (8 << 20), 25);
        header.addBlock(CUMULATIVE + 1024, CUMULATIVE + 1536);
        header.writeSegmentCount(1);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    private void block(int index, int offset, int length) {
        memory.putIntBigEndian(48 + 8L * index, offset);
        memory.putIntBigEndian(52 + 8L * index, length);
    }

    @Test
    void shouldWriteTheBytesOfTheProtocol() {
        byte[] bytes = new byte[header.length()];
        memory.getBytes(0, bytes, 0, bytes.length);
        String expected =
                "01010001010203040000123489abcdef0000123489abcdef0000000001020304"
                        + "0000000001820304000000190001000000000400"
                        + "00000200";
        assertEquals(expected, HexFormat.of().formatHex(bytes));
        assertEquals(ProtocolDocument.golden("super-frame header"), expected);
    }

    @Test
    void shouldReadWhatItWrote() {
        SuperFrameHeader read = new SuperFrameHeader().wrap(memory, 0, 1024);
        assertNull(read.invalidReason());
        assertEquals(0x0102_0304, read.tag());
        assertEquals(SEQUENCE, read.sequence());
        assertEquals(SEQUENCE, read.floor());
        assertEquals(CUMULATIVE, read.cumulative());
        assertEquals(CUMULATIVE + (8 << 20), read.credit());
        assertEquals(25, read.delayUs());
        assertEquals(1, read.segmentCount());
        assertTrue(read.isReliable());
        assertEquals(CUMULATIVE + 1024, read.blockStart(0));
        assertEquals(CUMULATIVE + 1536, read.blockLimit(0));
    }

    @Test
    void shouldTellWhatOnlyAcknowledges() {
        header.write(1, 2, false);
        assertFalse(header.isReliable());
    }

    @Test
    void shouldRefuseAnotherVersion() {
        memory.putByte(0, (byte) 2);
        assertEquals("version is not 1", header.invalidReason());
    }

    @Test
    void shouldRefuseAPayloadShorterThanTheHeader() {
        header.wrap(memory, 0, 47);
        assertEquals("shorter than a super-frame header", header.invalidReason());
    }

    @Test
    void shouldRefuseBlocksBeyondThePayload() {
        header.wrap(memory, 0, 55);
        assertEquals("acknowledgement blocks reach past the payload", header.invalidReason());
    }

    @Test
    void shouldRefuseMoreBlocksThanTheLimit() {
        memory.putShortBigEndian(2, 65);
        assertEquals("more than 64 acknowledgement blocks", header.invalidReason());
    }

    @Test
    void shouldRefuseBlocksThatTouchOverlapOrAreEmpty() {
        header.addBlock(CUMULATIVE + 1536, CUMULATIVE + 1600);
        assertEquals("acknowledgement blocks are not in order", header.invalidReason());
        block(1, 1535, 10);
        assertEquals("acknowledgement blocks are not in order", header.invalidReason());
        block(1, 2000, 0);
        assertEquals("acknowledgement blocks are not in order", header.invalidReason());
        block(1, 2000, 1);
        assertNull(header.invalidReason());
    }

    @Test
    void shouldTakeABlockAtTheCumulativeAcknowledgement() {
        block(0, 0, 10);
        assertNull(header.invalidReason());
    }

    @Test
    void shouldReadOffsetsAsUnsigned() {
        block(0, 0x8000_0000, 0x7FFF_FFFF);
        assertEquals(CUMULATIVE + 0x8000_0000L, header.blockStart(0));
        assertEquals(CUMULATIVE + 0x8000_0000L + 0x7FFF_FFFFL, header.blockLimit(0));
    }

    @Test
    void shouldTellBlocksThatNobodyVouchesFor() {
        block(0, 100, 10);
        block(1, 110, 0x8000_0005);

        assertNull(header.invalidReason(), "blocks of two kinds may touch");
        assertFalse(header.isBlockInPieces(0));
        assertTrue(header.isBlockInPieces(1));
        assertEquals(CUMULATIVE + 115, header.blockLimit(1));
    }

    @Test
    void shouldCarryTheNumberOfTheKey() {
        header.write(5, 1000, true);
        assertFalse(header.isSealed());

        header.writeSeal(0x12345);

        assertTrue(header.isSealed());
        assertTrue(header.isReliable());
        assertEquals(0x2345, header.phase());
    }

    @Test
    void shouldKeepTheDocumentedLimit() {
        assertEquals(ProtocolDocument.limit("acknowledgement blocks"), SuperFrameHeader.BLOCKS_MAX);
    }
}
