// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameHeaderTest {
    private static final Endpoint SERVER =
            new Endpoint(0x02_00_00_00_00_0AL, IpAddress.parse("10.0.0.1"), 40_000);
    private static final Endpoint IOHYP =
            new Endpoint(0xFE_DC_BA_98_76_54L, IpAddress.parse("200.0.0.2"), 7000);
    private static final long SEQUENCE = 0xABCD_FFFF_FFF0L;
    private static final int PAYLOAD_LENGTH = 1000;
    private static final int LENGTH = FrameHeader.DATA_LENGTH + PAYLOAD_LENGTH;

    private final NativeBuffer buffer = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final MemorySlice memory = buffer.slice();
    private final FrameWriter writer = new FrameWriter(SERVER, IOHYP, 1500);
    private final FrameHeader header = new FrameHeader().wrap(memory);
    private final FrameDamage damage = new FrameDamage(memory, this::writeFrame);

    /** A data frame as a wire carries it: the receiver must check all of it. */
    @BeforeEach
    void writeFrame() {
        writer.writeData(memory, SEQUENCE, 7, 1 << 20, PAYLOAD_LENGTH);
        Segmenter.complete(memory, LENGTH);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    /** Makes the checksums right again after a test has changed what they cover. */
    private void fixSums(int length) {
        memory.putShort(FrameHeader.IP_CHECKSUM, (short) 0);
        int sum = InternetChecksum.sum(memory, FrameHeader.IP, FrameHeader.IP_LENGTH);
        memory.putShortBigEndian(FrameHeader.IP_CHECKSUM, InternetChecksum.complement(sum));
        int addresses = InternetChecksum.sum(memory, FrameHeader.IP_SOURCE, 8);
        int pseudo = InternetChecksum.pseudoHeader(addresses, length - FrameHeader.TCP);
        memory.putShortBigEndian(FrameHeader.TCP_CHECKSUM, pseudo);
        memory.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_NEEDS_CHECKSUM);
        Segmenter.complete(memory, length);
    }

    @Test
    void shouldReadWhatTheWriterWrote() {
        assertNull(header.invalidReason(LENGTH));
        assertEquals(SERVER, header.source());
        assertEquals(IOHYP, header.destination());
        assertEquals(0xFFFF_FFF0, header.sequence());
        assertEquals(7, header.acknowledgement());
        assertEquals(FrameHeader.ACK | FrameHeader.PSH, header.flags());
        assertEquals(1 << 20, header.window());
        assertEquals(SEQUENCE, header.superFrameStart48());
        assertEquals(PAYLOAD_LENGTH, header.superFrameLength());
        assertEquals(0, header.superFrameOffset());
        assertEquals(FrameHeader.DATA_LENGTH, header.payloadOffset());
        assertEquals(PAYLOAD_LENGTH, header.payloadLength());
    }

    @Test
    void shouldReadSynAckAckFinAndRst() {
        int length = writer.writeSyn(memory, 0x1234_5678L, 1 << 20);
        assertNull(header.invalidReason(length));
        assertEquals(1460, header.mss());
        assertEquals(65_535, header.window());
        assertEquals(0x1234_5678L, header.superFrameStart48());
        assertNull(header.invalidReason(writer.writeSynAck(memory, 1, 2, 3)));
        assertNull(header.invalidReason(writer.writeAck(memory, 1, 2, 3)));
        assertNull(header.invalidReason(writer.writeFin(memory, 1, 2, 3)));
        assertEquals(0, header.payloadLength());
        assertNull(header.invalidReason(writer.writeRst(memory, 1, 2)));
        assertEquals(FrameHeader.RST | FrameHeader.ACK, header.flags());
    }

    @Test
    void shouldReadAPaddedFrame() {
        // Ethernet frames have at least 60 bytes; an RST has 54.
        writer.writeRst(memory, 1, 2);
        assertNull(header.invalidReason(FrameHeader.VNET_LENGTH + 60));
        assertEquals(0, header.payloadLength());
    }

    @Test
    void shouldBelieveTheKernelAboutTheTcpChecksum() {
        memory.putShortBigEndian(FrameHeader.TCP_CHECKSUM, 0xBAD);
        assertEquals("TCP checksum is wrong", header.invalidReason(LENGTH));
        memory.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_DATA_VALID);
        assertNull(header.invalidReason(LENGTH));
        memory.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_NEEDS_CHECKSUM);
        assertNull(header.invalidReason(LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 9, 10, 24, 63, FrameHeader.FRAME_MAX + 1})
    void shouldRefuseAnImpossibleLength(int length) {
        assertEquals("frame is too short", header.invalidReason(length));
    }

    @ParameterizedTest
    @CsvSource({
        "22, 0x86, neither IPv4 nor IPv6",
        "24, 0x46, IP version is not 4 or IP options are present",
        "24, 0x65, IP version is not 4 or IP options are present",
        "26, 0xFF, IP total length is wrong",
        "26, 0x00, IP total length is wrong",
        "30, 0x20, IP fragment",
        "31, 0x01, IP fragment",
        "33, 17, not TCP",
        "32, 1, IP checksum is wrong",
    })
    void shouldRefuseAForeignIpHeader(int offset, String value, String reason) {
        memory.putByte(offset, Integer.decode(value).byteValue());
        assertEquals(reason, header.invalidReason(LENGTH));
    }

    @ParameterizedTest
    @CsvSource({
        "56, 0x40, TCP data offset is wrong",
        "56, 0x70, TCP options are not those of this protocol",
        "56, 0xF0, TCP options are not those of this protocol",
        "57, 0x00, TCP flags make no sense together",
        "57, 0x03, TCP flags make no sense together",
        "57, 0x16, TCP flags make no sense together",
        "57, 0x01, TCP flags make no sense together",
        "57, 0x11, FIN with payload",
        "57, 0x02, options of SYN are not those of this protocol",
        "64, 0x08, TCP options are not those of this protocol",
        "66, 0x02, TCP options are not those of this protocol",
        "67, 0x00, TCP options are not those of this protocol",
        "68, 0x00, segment is outside of its super-frame",
        "74, 0x00, segment is outside of its super-frame",
    })
    void shouldRefuseAForeignTcpHeader(int offset, String value, String reason) {
        memory.putByte(offset, Integer.decode(value).byteValue());
        fixSums(LENGTH);
        assertEquals(reason, header.invalidReason(LENGTH));
    }

    @Test
    void shouldRefuseADataOffsetBehindTheEnd() {
        int length = writer.writeAck(memory, 1, 2, 3);
        memory.putByte(FrameHeader.TCP_DATA_OFFSET, (byte) 0xF0);
        assertEquals("TCP data offset is wrong", header.invalidReason(length));
    }

    @Test
    void shouldRefuseASegmentBeforeItsSuperFrame() {
        memory.putIntBigEndian(FrameHeader.TCP_SEQUENCE, (int) SEQUENCE - 1);
        fixSums(LENGTH);
        assertEquals("segment is outside of its super-frame", header.invalidReason(LENGTH));
    }

    @Test
    void shouldRefuseASynWithPayload() {
        int length = writer.writeSyn(memory, 1, 2) + 1;
        memory.putShortBigEndian(FrameHeader.IP_TOTAL_LENGTH, length - FrameHeader.IP);
        fixSums(length);
        assertEquals("SYN with payload", header.invalidReason(length));
    }

    @Test
    void shouldNoticeEverySingleFlippedBitAfterEthernet() {
        damage.assertNoticed(IntStream.range(FrameHeader.IP * 8, LENGTH * 8), LENGTH);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomBytes(long seed) {
        assertDoesNotThrow(() -> damage.readRandom(new Random(seed), 0), "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void shouldSurviveMutatedFrames(long seed) {
        assertDoesNotThrow(() -> damage.readMutated(new Random(seed)), "seed " + seed);
    }
}
