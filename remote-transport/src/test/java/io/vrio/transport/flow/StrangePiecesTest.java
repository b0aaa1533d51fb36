// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Pieces with numbers of this association that are not the peer's: late ones of an association that
 * had the same port. A super-frame tells whose it is, a piece of it does not.
 */
final class StrangePiecesTest {
    private static final int MTU = 1500;
    private static final int TAG = 5;
    private static final int STRANGE_LENGTH = 5000;
    private static final int PIECE_LENGTH = 1400;
    private static final long MS = 1_000_000L;
    private static final Faults LOSING = Faults.NONE.withLossPpm(1_000_000);

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(MTU, Segmentation.CUT, 64));
    private final FaultyLink arriving = new FaultyLink(wire.peer(), clock, 1);
    private final FrameBufferPool buffers = new FrameBufferPool(64);
    private final Endpoint left = new Endpoint(wire.hardwareAddress(), 1, 1);
    private final Endpoint right = new Endpoint(wire.peer().hardwareAddress(), 2, 2);
    private final NativeBuffer memory = new NativeBuffer(STRANGE_LENGTH);
    private final Association sender = associate(left, right, wire);
    private final Association receiver = associate(right, left, arriving);
    private int received;

    private Association associate(Endpoint local, Endpoint remote, Link link) {
        AssociationSetup setup = new AssociationSetup(local, remote, 1, 1, TAG, MTU);
        SegmentHandler handler = (segment, buffer, offset) -> received++;
        Association association = new Association(setup, link, buffers, clock, handler);
        association.remoteTag(TAG);
        return association;
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        assertEquals(64, buffers.available());
        buffers.close();
        memory.close();
    }

    private void send(int length) {
        OutboundMessage message = new OutboundMessage(OutboundMessage::end, length);
        message.begin(MessageKind.PROBE, 0, 1, length, null);
        sender.send(message);
        exchange();
    }

    private void sendStrangePiece() {
        SliceList payload = new SliceList();
        payload.add(memory.slice(), 0, STRANGE_LENGTH);
        try (NativeBuffer headers = new NativeBuffer(FrameHeader.SYN_LENGTH)) {
            FrameWriter writer = new FrameWriter(left, right, MTU);
            int length =
                    writer.writePiece(
                            headers.slice(), 1, STRANGE_LENGTH, 0, 1, 1 << 20, PIECE_LENGTH);
            wire.send(headers.slice(), length, payload, 0, PIECE_LENGTH);
        }
    }

    private void exchange() {
        sender.transmit(clock.nanoTime());
        receive(arriving, receiver);
        receiver.transmit(clock.nanoTime());
        receive(wire, sender);
        clock.advance(MS);
    }

    private void receive(Link link, Association association) {
        FrameBuffer buffer = buffers.take();
        FrameHeader header = new FrameHeader();
        try {
            while (link.receive(buffer.slice()) > 0) {
                association.onFrame(header.wrap(buffer.slice()), buffer);
            }
        } finally {
            buffer.release();
        }
    }

    @Test
    void shouldNotHideThatAMessageWasLost() {
        arriving.faults(LOSING);
        send(100);
        arriving.faults(Faults.NONE);
        sendStrangePiece();
        clock.advance(100 * MS);
        exchange();
        exchange();
        assertEquals(1, received, "the sender takes its message for delivered");
        assertEquals(0, sender.flightBytes());
        send(10);
        assertEquals(2, received);
    }

    @Test
    void shouldNotBeTakenForACopyInPieces() {
        send(100);
        sendStrangePiece();
        exchange();
        send(10);
        assertEquals(2, received, "what begins in the past is not looked at");
    }
}
