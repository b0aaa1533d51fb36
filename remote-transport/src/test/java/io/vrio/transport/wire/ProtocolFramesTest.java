// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The frames of {@code docs/protocol.md} are those that the writer writes. */
final class ProtocolFramesTest {
    private static final Endpoint SERVER =
            new Endpoint(0x02_00_00_00_00_0AL, IpAddress.parse("10.0.0.1"), 40_000);
    private static final Endpoint IOHYP =
            new Endpoint(0x02_00_00_00_00_0BL, IpAddress.parse("10.0.0.2"), 7000);
    private static final long SEQUENCE = 0x1234_89AB_CDEFL;
    private static final long ACKNOWLEDGEMENT = 0x0102_0304L;
    private static final int WINDOW = 3 << 20;

    private static final Endpoint SERVER6 =
            new Endpoint(0x02_00_00_00_00_0AL, IpAddress.parse("fd00::1"), 40_000);
    private static final Endpoint IOHYP6 =
            new Endpoint(0x02_00_00_00_00_0BL, IpAddress.parse("fd00::2"), 7000);

    private final NativeBuffer buffer = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final MemorySlice memory = buffer.slice();
    private final FrameWriter writer = new FrameWriter(SERVER, IOHYP, 1500);
    private final FrameWriter writer6 = new FrameWriter(SERVER6, IOHYP6, 1500);

    @AfterEach
    void close() {
        buffer.close();
    }

    /** Of what was written all but the virtio_net_hdr, which is between us and the kernel. */
    private String frame(int length) {
        byte[] bytes = new byte[length - FrameHeader.VNET_LENGTH];
        memory.getBytes(FrameHeader.VNET_LENGTH, bytes, 0, bytes.length);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldWriteTheDocumentedSyn() {
        int length = writer.writeSyn(memory, 0x89AB_CDEFL, WINDOW);
        assertEquals(ProtocolDocument.golden("syn"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedSynAck() {
        int length = writer.writeSynAck(memory, 0x89AB_CDEFL, ACKNOWLEDGEMENT, 4096);
        assertEquals(ProtocolDocument.golden("syn-ack"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedSuperFrame() {
        int length = writer.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 65_000);
        assertEquals(ProtocolDocument.golden("data"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedPiece() {
        int length = writer.writePiece(memory, SEQUENCE, 65_000, 1448, ACKNOWLEDGEMENT, WINDOW, 2);
        assertEquals(ProtocolDocument.golden("piece"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedFin() {
        int length = writer.writeFin(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW);
        assertEquals(ProtocolDocument.golden("fin"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedRst() {
        int length = writer.writeRst(memory, 0, ACKNOWLEDGEMENT);
        assertEquals(ProtocolDocument.golden("rst"), frame(length));
    }

    @Test
    void shouldWriteTheDocumentedFramesOverIpv6() {
        int length = writer6.writeSyn(memory, 0x89AB_CDEFL, WINDOW);
        assertEquals(ProtocolDocument.golden("syn over IPv6"), frame(length));
        length = writer6.writeData(memory, SEQUENCE, ACKNOWLEDGEMENT, WINDOW, 65_000);
        assertEquals(ProtocolDocument.golden("data over IPv6"), frame(length));
        length = writer6.writeRst(memory, 0, ACKNOWLEDGEMENT);
        assertEquals(ProtocolDocument.golden("rst over IPv6"), frame(length));
    }

    @Test
    void shouldKeepTheDocumentedLimit() {
        assertEquals(ProtocolDocument.limit("super-frame payload"), FrameHeader.PAYLOAD_MAX);
    }
}
