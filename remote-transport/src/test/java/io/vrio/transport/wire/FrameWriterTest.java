// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Golden bytes: a change here is a change of the protocol. */
final class FrameWriterTest {
    private static final Endpoint SERVER =
            new Endpoint(0x02_00_00_00_00_0AL, IpAddress.parse("10.0.0.1"), 40_000);
    private static final Endpoint IOHYP =
            new Endpoint(0x02_00_00_00_00_0BL, IpAddress.parse("10.0.0.2"), 7000);
    private static final long SEQUENCE = 0x1234_89AB_CDEFL;
    private static final long ACKNOWLEDGEMENT = 0x0102_0304L;
    private static final int WINDOW = 3 << 20;

    private final NativeBuffer buffer = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final MemorySlice memory = buffer.slice();
    private final FrameWriter writer = new FrameWriter(SERVER, IOHYP, 1500);

    @AfterEach
    void close() {
        buffer.close();
    }

    private void assertBytes(int length, String... hex) {
        byte[] bytes = new byte[length];
        memory.getBytes(0, bytes, 0, length);
        String expected = String.join("", hex).replace(" ", "");
        assertEquals(expected, HexFormat.of().formatHex(bytes));
    }

    @Test
    void shouldWriteSyn() {
        int length = writer.writeSyn(memory, 0x89AB_CDEFL, WINDOW);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 003c 0000 4000 40 06 26ba 0a000001 0a000002",
                "9c40 1b58 89abcdef 00000000 a0 02 ffff 1431 0000",
                "0204 05b4 01 03030e 0101 080a 89abcdef 0000 0000");
    }

    @Test
    void shouldWriteSynAck() {
        int length = writer.writeSynAck(memory, 0x89AB_CDEFL, ACKNOWLEDGEMENT, 4096);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 003c 0000 4000 40 06 26ba 0a000001 0a000002",
                "9c40 1b58 89abcdef 01020304 a0 12 1000 1431 0000",
                "0204 05b4 01 03030e 0101 080a 89abcdef 0000 0000");
    }

    @Test
    void shouldWriteAck() {
        int length = writer.writeAck(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 0034 0000 4000 40 06 26c2 0a000001 0a000002",
                "9c40 1b58 89abcdef 01020304 80 10 00c0 1429 0000",
                "0101 080a 89abcdef 1234 0000");
    }

    @Test
    void shouldWriteASuperFrameThatTheKernelCuts() {
        int length = writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 65_000);
        assertBytes(
                length,
                "01 01 4200 a805 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 fe1c 0000 4000 40 06 28d9 0a000001 0a000002",
                "9c40 1b58 89abcdef 01020304 80 18 00c0 1212 0000",
                "0101 080a 89abcdef 1234 fde8");
    }

    @Test
    void shouldWriteASmallFrameThatIsNotCut() {
        int length = writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 1448);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 05dc 0000 4000 40 06 211a 0a000001 0a000002",
                "9c40 1b58 89abcdef 01020304 80 18 00c0 19d1 0000",
                "0101 080a 89abcdef 1234 05a8");
    }

    @Test
    void shouldWriteAPieceOfASuperFrameThatNamesTheWhole() {
        int length = writer.writePiece(memory, SEQUENCE, 65_000, 1448, ACKNOWLEDGEMENT, WINDOW, 2);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 0036 0000 4000 40 06 26c0 0a000001 0a000002",
                "9c40 1b58 89abd397 01020304 80 18 00c0 142b 0000",
                "0101 080a 89abcdef 1234 fde8");
    }

    @Test
    void shouldWriteFin() {
        int length = writer.writeFin(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 0034 0000 4000 40 06 26c2 0a000001 0a000002",
                "9c40 1b58 89abcdef 01020304 80 11 00c0 1429 0000",
                "0101 080a 89abcdef 1234 0000");
    }

    @Test
    void shouldWriteRst() {
        int length = writer.writeRst(memory, 0, ACKNOWLEDGEMENT);
        assertBytes(
                length,
                "01 00 0000 0000 2200 1000",
                "02000000000b 02000000000a 0800",
                "45 00 0028 0000 4000 40 06 26ce 0a000001 0a000002",
                "9c40 1b58 00000000 01020304 50 14 0000 141d 0000");
    }

    @Test
    void shouldAdvanceTheIpIdByTheSegmentsOfASuperFrame() {
        writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 1448 * 3 + 1);
        writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 1448);
        assertEquals(4, new FrameHeader().wrap(memory).ipId());
        writer.writeAck(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW);
        assertEquals(5, new FrameHeader().wrap(memory).ipId());
    }

    @Test
    void shouldAnnounceNoMoreThanTheWindowFieldHolds() {
        writer.writeAck(memory, SEQUENCE, ACKNOWLEDGEMENT, Integer.MAX_VALUE);
        assertEquals(65_535 << 14, new FrameHeader().wrap(memory).window());
    }

    @Test
    void shouldFollowAChangedPath() {
        writer.writeAck(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW);
        long before = new FrameHeader().wrap(memory).destinationHardwareAddress();
        writer.hardwareAddress(0x02_00_00_00_00_0CL);
        writer.mtu(9000);
        writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 8948);
        assertNotEquals(before, new FrameHeader().wrap(memory).destinationHardwareAddress());
        assertEquals(0, memory.getUnsignedByte(FrameHeader.VNET_GSO_TYPE));
        assertEquals(8948, writer.segmentPayloadMax());
    }

    @Test
    void shouldRefuseWhatNoFrameCanHold() {
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.writeData(memory, 0, 0, 0, FrameHeader.PAYLOAD_MAX + 1));
        assertThrows(IllegalArgumentException.class, () -> writer.writeData(memory, 0, 0, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.writePiece(memory, 0, 1000, 999, 0, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> writer.mtu(52));
    }
}
