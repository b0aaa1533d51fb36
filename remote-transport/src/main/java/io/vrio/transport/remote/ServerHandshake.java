// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.link.Link;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.SequenceNumber;

/** The three-way handshake as the server opens it. One worker; used again for each attempt. */
final class ServerHandshake {
    private final NativeBuffer memory = new NativeBuffer(128);
    private final MemorySlice headers = memory.slice();
    private final HandshakeSender sender = new HandshakeSender();
    private final int windowBytes;
    private FrameWriter writer;
    private Endpoint local;
    private Endpoint remote;
    private int mtu;
    private int initialSequence;

    ServerHandshake(int windowBytes) {
        this.windowBytes = windowBytes;
    }

    /**
     * @param initialSequence random, so that an old association's frames are not taken for ours
     */
    void begin(Endpoint local, Endpoint remote, int mtu, int initialSequence) {
        this.local = local;
        this.remote = remote;
        this.mtu = mtu;
        this.initialSequence = initialSequence;
        writer = new FrameWriter(local, remote, mtu);
    }

    /** The 64-bit sequence of our first payload byte. */
    private long firstSequence() {
        return SequenceNumber.afterSyn(initialSequence);
    }

    void sendSyn(Link link) {
        int length = writer.writeSyn(headers, firstSequence() - 1, windowBytes);
        link.send(headers, length, null, 0, 0);
    }

    /** Completes the handshake after a SYN-ACK that {@link #isAcknowledged}. */
    AssociationSetup accept(Link link, FrameHeader synAck, int tag) {
        long firstReceived = SequenceNumber.afterSyn(synAck.sequence());
        int length =
                writer.writeAck(
                        headers, firstSequence(), firstReceived, HandshakeSender.FIRST_WINDOW);
        link.send(headers, length, null, 0, 0);
        // A middlebox may have lowered what is announced: it knows the path.
        int pathMtu = Math.min(mtu, synAck.announcedMtu());
        return new AssociationSetup(local, remote, firstSequence(), firstReceived, tag, pathMtu);
    }

    /** Begins the key exchange, or repeats its beginning. */
    void sendOpening(Link link, AssociationSetup setup, byte[] opening) {
        sender.send(link, writer, setup.firstSent(), setup.firstReceived(), opening);
    }

    /** Whether a frame answers our SYN: only who has seen it knows the number. */
    boolean isAcknowledged(FrameHeader header) {
        return writer != null && header.acknowledgement() == initialSequence + 1;
    }
}
