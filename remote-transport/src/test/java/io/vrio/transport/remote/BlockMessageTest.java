// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Golden bytes: a change here is a change of the protocol. */
final class BlockMessageTest {
    private final NativeBuffer buffer = new NativeBuffer(64);
    private final MemorySlice memory = buffer.slice();
    private final BlockRequest request = new BlockRequest();

    @AfterEach
    void close() {
        buffer.close();
    }

    private String hex(int length) {
        byte[] bytes = new byte[length];
        memory.getBytes(0, bytes, 0, length);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldWriteTheDocumentedRequest() {
        request.begin(BlockRequestKind.WRITE, 8192, 4096, (r, s) -> {});
        memory.fill(0, 64, (byte) 0xEE);
        BlockMessage.writeRequest(memory, request);
        String expected = "01" + "0".repeat(14) + "0000000000002000" + "0000000000001000";
        assertEquals(expected + "0".repeat(16), hex(BlockMessage.REQUEST_LENGTH));
        assertEquals(ProtocolDocument.golden("block request"), hex(BlockMessage.REQUEST_LENGTH));
    }

    @Test
    void shouldReadWhatItWrote() {
        request.begin(BlockRequestKind.WRITE_ZEROES, 8192, 4096, (r, s) -> {});
        request.allowUnmap(true);
        BlockMessage.writeRequest(memory, request);
        assertEquals(BlockRequestKind.WRITE_ZEROES, BlockMessage.kind(memory, 0));
        assertTrue(BlockMessage.isUnmapAllowed(memory, 0));
        assertEquals(8192, BlockMessage.position(memory, 0));
        assertEquals(4096, BlockMessage.length(memory, 0));
    }

    @Test
    void shouldWriteTheDocumentedResponse() {
        memory.fill(0, 64, (byte) 0xEE);
        BlockMessage.writeResponse(memory, IoStatus.NO_SPACE);
        assertEquals("05" + "0".repeat(30), hex(BlockMessage.RESPONSE_LENGTH));
        assertEquals(ProtocolDocument.golden("block response"), hex(BlockMessage.RESPONSE_LENGTH));
        assertEquals(IoStatus.NO_SPACE, BlockMessage.status(memory, 0));
    }

    @Test
    void shouldNotKnowEveryCode() {
        memory.putByte(0, (byte) 6);
        assertNull(BlockMessage.kind(memory, 0));
        assertEquals(IoStatus.IO_ERROR, BlockMessage.status(memory, 0));
    }

    @Test
    void shouldAnswerOnlyReadsAndSerialsWithData() {
        assertTrue(BlockMessage.isAnsweredWithData(BlockRequestKind.READ));
        assertTrue(BlockMessage.isAnsweredWithData(BlockRequestKind.GET_ID));
        assertFalse(BlockMessage.isAnsweredWithData(BlockRequestKind.WRITE));
        assertFalse(BlockMessage.isAnsweredWithData(BlockRequestKind.FLUSH));
    }

    @Test
    void shouldGiveTheDocumentedCodes() {
        assertTrue(
                Stream.of(BlockRequestKind.values())
                        .allMatch(k -> ProtocolDocument.says("| " + k + " | " + k.code() + " |")));
        assertTrue(
                Stream.of(IoStatus.values())
                        .allMatch(s -> ProtocolDocument.says("| " + s + " | " + s.code() + " |")));
    }
}
