// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import java.util.Arrays;
import java.util.Random;

/** Sends data frames with a known payload over one link and looks at what another receives. */
public final class LinkFixture implements AutoCloseable {
    private static final int PAYLOAD_SEED = 42;

    private final NativeBuffer headers = new NativeBuffer(FrameHeader.HEADERS_MAX);
    private final NativeBuffer source = new NativeBuffer(FrameHeader.PAYLOAD_MAX);
    private final NativeBuffer received = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final byte[] payload = new byte[FrameHeader.PAYLOAD_MAX];
    private final SliceList pieces = new SliceList();
    private final FrameHeader header = new FrameHeader();
    private final FrameWriter writer;
    private final Link sender;
    private final Link receiver;
    private int receivedLength;

    public LinkFixture(Link sender, Link receiver, Endpoint from, Endpoint to) {
        this.sender = sender;
        this.receiver = receiver;
        writer = new FrameWriter(from, to, sender.mtu());
        new Random(PAYLOAD_SEED).nextBytes(payload);
        source.slice().putBytes(0, payload, 0, payload.length);
        // Three pieces with odd lengths, as a guest may give them.
        pieces.add(source.slice(), 0, 1);
        pieces.add(source.slice(), 1, 4097);
        pieces.add(source.slice(), 4098, FrameHeader.PAYLOAD_MAX - 4098);
    }

    /** Addresses 10.0.0.1 and 10.0.0.2, and the Ethernet addresses of the links. */
    public static LinkFixture over(Link sender, Link receiver) {
        return new LinkFixture(
                sender,
                receiver,
                new Endpoint(sender.hardwareAddress(), 0x0A00_0001, 40_000),
                new Endpoint(receiver.hardwareAddress(), 0x0A00_0002, 7000));
    }

    /** Sends a super-frame of the first {@code payloadLength} bytes of the payload. */
    public boolean send(long sequence, int payloadLength) {
        int length = writer.writeData(headers.slice(), sequence, 0, 1 << 20, payloadLength);
        return sender.send(headers.slice(), length, pieces, 0, payloadLength);
    }

    /** Sends the same from {@code pieceCount} tiny pieces, more than one system call gathers. */
    public boolean sendShredded(long sequence, int pieceCount) {
        SliceList shreds = new SliceList();
        for (int i = 0; i < pieceCount; i++) {
            shreds.add(source.slice(), i, 1);
        }
        int length = writer.writeData(headers.slice(), sequence, 0, 1 << 20, pieceCount);
        return sender.send(headers.slice(), length, shreds, 0, pieceCount);
    }

    /** Sends a frame without payload. */
    public boolean sendAck(long sequence) {
        int length = writer.writeAck(headers.slice(), sequence, 0, 1 << 20);
        return sender.send(headers.slice(), length, null, 0, 0);
    }

    /**
     * Sends a frame without payload over IPv6, whose TCP is behind an extension header of 16 bytes.
     *
     * @param nextHeader what IPv6 calls that header
     * @param transport what it says about what follows: 6 is TCP
     */
    public boolean sendExtended(int nextHeader, int transport) {
        final int tcp = 64;
        final int extensionLength = 16;
        int length = writer.writeAck(headers.slice(), 1, 0, 1 << 20);
        try (NativeBuffer buffer = new NativeBuffer(length + extensionLength)) {
            MemorySlice frame = buffer.slice();
            headers.slice().copyTo(0, frame, 0, tcp);
            headers.slice().copyTo(tcp, frame, tcp + extensionLength, length - tcp);
            // No checksum is asked for: the kernel would look for its place.
            frame.fill(0, FrameHeader.VNET_LENGTH, (byte) 0);
            frame.putShortBigEndian(28, length + extensionLength - tcp);
            frame.putByte(30, (byte) nextHeader);
            frame.fill(tcp, extensionLength, (byte) 0);
            frame.putByte(tcp, (byte) transport);
            frame.putByte(tcp + 1L, (byte) 1);
            return sender.send(frame, length + extensionLength, null, 0, 0);
        }
    }

    /** Receives one frame; false when there is none. */
    public boolean receive() {
        receivedLength = receiver.receive(received.slice());
        return receivedLength > 0;
    }

    public int receivedLength() {
        return receivedLength;
    }

    public MemorySlice receivedBytes() {
        return received.slice();
    }

    /** A view of the last received frame. */
    public FrameHeader header() {
        return header.wrap(received.slice());
    }

    /** Why the last received frame cannot be trusted, or null. */
    public String invalidReason() {
        return header().invalidReason(receivedLength);
    }

    /** Whether the last received frame holds the right part of the payload. */
    public boolean isPayloadRight() {
        byte[] bytes = new byte[header().payloadLength()];
        received.slice().getBytes(header().payloadOffset(), bytes, 0, bytes.length);
        int from = header().superFrameOffset();
        return Arrays.equals(bytes, 0, bytes.length, payload, from, from + bytes.length);
    }

    @Override
    public void close() {
        headers.close();
        source.close();
        received.close();
    }
}
