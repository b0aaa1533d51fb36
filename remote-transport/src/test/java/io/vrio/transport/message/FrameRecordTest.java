// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Golden bytes: a change here is a change of the protocol. */
final class FrameRecordTest {
    private static final int AT = 4;

    private final NativeBuffer buffer = new NativeBuffer(1 << 17);
    private final MemorySlice memory = buffer.slice();
    private final NetFrame frame = new NetFrame();

    @AfterEach
    void close() {
        buffer.close();
    }

    private void write() {
        frame.begin(3)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448)
                .checksum(34, 16);
        frame.data().add(memory, 1 << 16, 65_226 >> 1);
        frame.data().add(memory, 1 << 16, 65_226 >> 1);
        FrameRecord.write(memory, AT, frame);
    }

    @Test
    void shouldWriteTheDocumentedRecord() {
        write();
        byte[] bytes = new byte[FrameRecord.LENGTH];
        memory.getBytes(AT, bytes, 0, bytes.length);
        assertEquals(ProtocolDocument.golden("frame record"), HexFormat.of().formatHex(bytes));
    }

    @Test
    void shouldReadWhatItWrote() {
        write();
        NetFrame read = new NetFrame();
        FrameRecord.read(memory, AT, read);
        assertEquals(65_226, FrameRecord.frameLength(memory, AT));
        assertEquals(0, read.length(), "its data is another's business");
        assertEquals(3, read.queue());
        assertEquals(NetFrame.NEEDS_CHECKSUM, read.flags());
        assertEquals(NetFrame.GSO_TCPV4, read.gsoType());
        assertEquals(66, read.headerLength());
        assertEquals(1448, read.gsoSize());
        assertEquals(34, read.checksumStart());
        assertEquals(16, read.checksumOffset());
    }

    @Test
    void shouldTakeAllNumbersAsUnsigned() {
        memory.fill(AT, FrameRecord.LENGTH, (byte) 0xFF);
        FrameRecord.read(memory, AT, frame);
        assertEquals(0xFFFF_FFFFL, FrameRecord.frameLength(memory, AT));
        assertEquals(0xFFFF, frame.queue());
        assertEquals(0xFF, frame.flags());
        assertEquals(0xFF, frame.gsoType());
        assertEquals(0xFFFF, frame.headerLength());
        assertEquals(0xFFFF, frame.gsoSize());
        assertEquals(0xFFFF, frame.checksumStart());
        assertEquals(0xFFFF, frame.checksumOffset());
    }
}
