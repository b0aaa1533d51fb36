// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** What of a frame is different over IPv6; the rest is in {@link FrameHeaderTest}. */
final class Ipv6FrameTest {
    private static final Endpoint SERVER =
            new Endpoint(0x02_00_00_00_00_0AL, IpAddress.parse("fd00::1"), 40_000);
    private static final Endpoint IOHYP =
            new Endpoint(0xFE_DC_BA_98_76_54L, IpAddress.parse("2001:db8:ffff:ffff:8000::2"), 7000);
    private static final long SEQUENCE = 0xABCD_FFFF_FFF0L;
    private static final int HEADERS_LENGTH = 96;
    private static final int PAYLOAD_LENGTH = 1000;
    private static final int LENGTH = HEADERS_LENGTH + PAYLOAD_LENGTH;
    private static final int EXTENSION_OR_OTHER = 30;
    private static final String FOREIGN = "not TCP, or behind an IPv6 extension header";

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
        assertEquals(HEADERS_LENGTH, header.payloadOffset());
        assertEquals(PAYLOAD_LENGTH, header.payloadLength());
    }

    @Test
    void shouldReadSynAckAckFinAndRst() {
        int length = writer.writeSyn(memory, 0x1234_5678L, 1 << 20);
        assertEquals(FrameHeader.HEADERS_MAX, length);
        assertNull(header.invalidReason(length));
        assertEquals(1440, header.mss());
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
    void shouldKnowItsSender() {
        assertNull(header.invalidReason(LENGTH));
        assertTrue(header.isFrom(SERVER.address(), SERVER.port()));
        assertFalse(header.isFrom(SERVER.address(), IOHYP.port()));
        assertFalse(header.isFrom(IOHYP.address()));
        assertFalse(header.isFrom(IpAddress.parse("fd01::1")));
        assertFalse(header.isFrom(IpAddress.parse("fd00::2")));
        // The same bits, were they read as an IPv4 header.
        int word = memory.getIntBigEndian(FrameHeader.IP_SOURCE);
        assertFalse(header.isFrom(IpAddress.ipv4(word)));
    }

    @Test
    void shouldKnowTheNetworkOfItsSender() {
        assertNull(header.invalidReason(LENGTH));
        assertTrue(header.isFromNetworkOf(SERVER.address()));
        assertTrue(header.isFromNetworkOf(new IpAddress(SERVER.address().high(), 77)));
        assertFalse(header.isFromNetworkOf(IpAddress.parse("fd01::1")));
        assertFalse(header.isFromNetworkOf(IpAddress.parse("10.0.0.1")));
    }

    @Test
    void shouldLetTheKernelCutWhatExceedsTheMtu() {
        writer.writeData(memory, SEQUENCE, 7, 1 << 20, 1428);
        assertEquals(FrameHeader.GSO_NONE, memory.getUnsignedByte(FrameHeader.VNET_GSO_TYPE));
        writer.writeData(memory, SEQUENCE, 7, 1 << 20, 1429);
        final int gsoTcpv6 = 4;
        assertEquals(gsoTcpv6, memory.getUnsignedByte(FrameHeader.VNET_GSO_TYPE));
        assertEquals(1428, memory.getUnsignedShort(FrameHeader.VNET_GSO_SIZE));
        assertEquals(86, memory.getUnsignedShort(FrameHeader.VNET_HEADER_LENGTH));
        assertEquals(54, memory.getUnsignedShort(FrameHeader.VNET_CHECKSUM_START));
    }

    @Test
    void shouldKeepTheFlowLabelOfAFlow() {
        int label = memory.getIntBigEndian(FrameHeader.IP6_VERSION);
        writer.writeSyn(memory, 1, 2);
        assertEquals(label, memory.getIntBigEndian(FrameHeader.IP6_VERSION));
        Endpoint nextPort = new Endpoint(0, SERVER.address(), SERVER.port() + 1);
        new FrameWriter(nextPort, IOHYP, 1500).writeSyn(memory, 1, 2);
        assertNotEquals(label, memory.getIntBigEndian(FrameHeader.IP6_VERSION));
    }

    @Test
    void shouldNotWriteFromOneVersionToTheOther() {
        Endpoint ipv4 = new Endpoint(0, IpAddress.parse("10.0.0.1"), 1);
        assertThrows(IllegalArgumentException.class, () -> new FrameWriter(SERVER, ipv4, 1500));
        assertThrows(IllegalArgumentException.class, () -> writer.destination(ipv4));
        assertThrows(IllegalArgumentException.class, () -> writer.mtu(72));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 9, 10, 24, 63, FrameHeader.FRAME_MAX + 1})
    void shouldRefuseAnImpossibleLength(int length) {
        assertEquals("frame is too short", header.invalidReason(length));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 83, 95, LENGTH - 1})
    void shouldRefuseAFrameThatIsShorterThanItSays(int length) {
        assertEquals("IPv6 payload length is wrong", header.invalidReason(length));
    }

    @ParameterizedTest
    @CsvSource({
        "23, 0xDE, neither IPv4 nor IPv6",
        "24, 0x40, IP version is not 6",
        "24, 0x45, IP version is not 6",
        "28, 0xFF, IPv6 payload length is wrong",
        "28, 0x00, IPv6 payload length is wrong",
        "29, 0x00, TCP checksum is wrong",
    })
    void shouldRefuseAForeignIpHeader(int offset, String value, String reason) {
        memory.putByte(offset, Integer.decode(value).byteValue());
        assertEquals(reason, header.invalidReason(LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 43, 44, 50, 51, 58, 59, 60, 135, 255})
    void shouldRefuseWhatIsNotTcpAtOnce(int nextHeader) {
        memory.putByte(EXTENSION_OR_OTHER, (byte) nextHeader);
        assertEquals(FOREIGN, header.invalidReason(LENGTH));
    }

    @Test
    void shouldRefuseAPacketWithoutPayloadLength() {
        // What a jumbogram has, and what no TCP fits in.
        memory.putShortBigEndian(FrameHeader.IP6_PAYLOAD_LENGTH, 0);
        assertEquals("IPv6 payload length is wrong", header.invalidReason(LENGTH));
        memory.putShortBigEndian(FrameHeader.IP6_PAYLOAD_LENGTH, 19);
        assertEquals("IPv6 payload length is wrong", header.invalidReason(LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameHeader.IP6_SOURCE, FrameHeader.IP6_DESTINATION})
    void shouldRefuseAnIpv4AddressInDisguise(int offset) {
        IpAddress ipv4 = IpAddress.parse("10.0.0.1");
        memory.putLongBigEndian(offset, ipv4.high());
        memory.putLongBigEndian(offset + 8L, ipv4.low());
        memory.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_DATA_VALID);
        assertEquals("IPv4 address in the header of IPv6", header.invalidReason(LENGTH));
    }

    @Test
    void shouldNoticeEverySingleFlippedBitThatMatters() {
        // Class, flow label and hop limit say nothing to us, and no checksum covers them.
        int first = FrameHeader.IP6_PAYLOAD_LENGTH * 8;
        IntStream bits =
                IntStream.range(first, LENGTH * 8)
                        .filter(bit -> bit / 8 != FrameHeader.IP6_HOP_LIMIT);
        damage.assertNoticed(bits, LENGTH);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomBytes(long seed) {
        // Random all behind the Ethernet type: else they would be neither version.
        assertDoesNotThrow(
                () -> damage.readRandom(new Random(seed), FrameHeader.IP), "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void shouldSurviveMutatedFrames(long seed) {
        assertDoesNotThrow(() -> damage.readMutated(new Random(seed)), "seed " + seed);
    }
}
