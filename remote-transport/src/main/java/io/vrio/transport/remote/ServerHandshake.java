// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.Link;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;

/** The three-way handshake as the server opens it. One worker; used again for each attempt. */
final class ServerHandshake {
    private final NativeBuffer memory = new NativeBuffer(128);
    private final MemorySlice headers = memory.slice();
    private final int windowBytes;
    private FrameWriter writer;
    private Endpoint remote;
    private int initialSequence;

    ServerHandshake(int windowBytes) {
        this.windowBytes = windowBytes;
    }

    /**
     * @param initialSequence random, so that an old association's frames are not taken for ours
     */
    void begin(FrameWriter writer, Endpoint remote, int initialSequence) {
        this.writer = writer;
        this.remote = remote;
        this.initialSequence = initialSequence;
    }

    Endpoint remote() {
        return remote;
    }

    /** The 64-bit sequence of our first payload byte. */
    long firstSequence() {
        return (initialSequence & 0xFFFF_FFFFL) + 1;
    }

    void sendSyn(Link link) {
        int length = writer.writeSyn(headers, firstSequence() - 1, windowBytes);
        link.send(headers, length, null, 0, 0);
    }

    /** Completes the handshake; {@code acknowledgement} is the peer's first payload sequence. */
    void sendAck(Link link, long acknowledgement) {
        int length = writer.writeAck(headers, firstSequence(), acknowledgement, 8 << 20);
        link.send(headers, length, null, 0, 0);
    }

    /** Whether a frame answers our SYN: only who has seen it knows the number. */
    boolean isAcknowledged(FrameHeader header) {
        return writer != null && header.acknowledgement() == initialSequence + 1;
    }
}
