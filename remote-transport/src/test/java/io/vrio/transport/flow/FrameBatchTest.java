// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What messages about frames of NICs look like. */
final class FrameBatchTest {
    private final FrameBatch batch = new FrameBatch();
    private final FrameFlow flow = new FrameFlow(4);
    private final NativeBuffer memory = new NativeBuffer(64);

    @AfterEach
    void close() {
        batch.close();
        memory.close();
    }

    /** An Ethernet header alone, with a record that says nothing but its length. */
    private final class Header implements OutboundFrame {
        private final SliceList data = new SliceList();

        Header() {
            byte[] bytes = HexFormat.of().parseHex("5254000000025254000000010800");
            memory.slice().putBytes(0, bytes, 0, bytes.length);
            data.add(memory.slice(), 0, bytes.length);
        }

        @Override
        public void writeRecord(MemorySlice target, long at) {
            target.fill(at, 16, (byte) 0);
            target.putIntBigEndian(at, length());
        }

        @Override
        public SliceList data() {
            return data;
        }
    }

    private String finish() {
        SliceList payload = new SliceList();
        batch.finish(payload);
        int length = (int) payload.length();
        byte[] bytes = new byte[length];
        try (NativeBuffer copy = new NativeBuffer(length)) {
            payload.copyTo(0, copy.slice(), 0, length);
            copy.slice().getBytes(0, bytes, 0, length);
        }
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldWriteFramesAsTheProtocolHasThem() {
        batch.copy(flow, new Header());
        batch.copy(flow, new Header());
        assertEquals(ProtocolDocument.golden("frames"), finish());
    }

    @Test
    void shouldWriteFramesTakenAsTheProtocolHasThem() {
        batch.report(4, 0x0001_0008);
        assertEquals(ProtocolDocument.golden("frames taken"), finish());
    }

    @Test
    void shouldBeginAnotherMessageBehindAnEndedOne() {
        batch.copy(flow, new Header());
        assertEquals(0, flow.lastId());
        batch.endMessage();
        assertEquals(1, flow.lastId());
        assertFalse(batch.isOpen(flow));
        batch.copy(flow, new Header());
        batch.endMessage();
        assertEquals(2, flow.lastId());
        assertEquals(2, batch.segmentCount());
    }
}
