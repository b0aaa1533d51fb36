// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.link.Link;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;

/** Sends and reads what is said before an association begins, one frame each. One worker. */
final class HandshakeSender implements AutoCloseable {
    /** What an association grants at its beginning, even to frames that only acknowledge. */
    static final int FIRST_WINDOW = (8 << 20) + (64 << 10);

    private final NativeBuffer headersMemory = new NativeBuffer(128);
    private final MemorySlice headers = headersMemory.slice();
    private final NativeBuffer payloadMemory = new NativeBuffer(HandshakeMessage.LENGTH_MAX);
    private final SliceList payload = new SliceList();

    void send(Link link, FrameWriter writer, long sequence, long acknowledgement, byte[] message) {
        payloadMemory.slice().putBytes(0, message, 0, message.length);
        payload.clear();
        payload.add(payloadMemory.slice(), 0, message.length);
        int length =
                writer.writeData(headers, sequence, acknowledgement, FIRST_WINDOW, message.length);
        link.send(headers, length, payload, 0, message.length);
    }

    /** The payload of a frame that may hold such a message, or null when it cannot. */
    static byte[] payload(FrameHeader header, FrameBuffer buffer) {
        int length = header.payloadLength();
        boolean isLikely =
                length >= HandshakeMessage.HEADER_LENGTH
                        && length <= HandshakeMessage.LENGTH_MAX
                        && length == header.superFrameLength()
                        && HandshakeMessage.isLikely(
                                buffer.slice().getUnsignedByte(header.payloadOffset() + 1L));
        if (!isLikely) {
            return null;
        }
        byte[] bytes = new byte[length];
        buffer.slice().getBytes(header.payloadOffset(), bytes, 0, length);
        return bytes;
    }

    @Override
    public void close() {
        headersMemory.close();
        payloadMemory.close();
    }
}
