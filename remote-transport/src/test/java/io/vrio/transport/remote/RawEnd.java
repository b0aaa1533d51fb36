// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One end of an association that sends whatever bytes it is told to, right or wrong, and remembers
 * what it gets. Knows the layout, none of the rules. For a wire that passes super-frames whole.
 */
final class RawEnd implements AutoCloseable {
    private static final Pattern TAG = Pattern.compile("\"tag\":(-?\\d+)");
    private static final int WINDOW = 8 << 20;

    /** A segment as it was received. */
    record Segment(
            MessageKind kind, int flow, int id, int messageLength, int offset, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private final CountedLink link;
    private final FrameWriter writer;
    private final NativeBuffer headersMemory = new NativeBuffer(128);
    private final NativeBuffer payloadMemory = new NativeBuffer(FrameHeader.PAYLOAD_MAX);
    private final NativeBuffer receivedMemory = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final MemorySlice headers = headersMemory.slice();
    private final MemorySlice payload = payloadMemory.slice();
    private final SliceList gathered = new SliceList();
    private final FrameHeader header = new FrameHeader();
    private final SuperFrameHeader superFrame = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();
    private final List<Segment> segments = new ArrayList<>();
    private final List<Integer> flags = new ArrayList<>();
    private int length;
    private int segmentCount;
    private int resetLength;
    private int mss;

    /** The last of the key exchange, or null. */
    byte[] handshakeMessage;

    /** Sequence of our next byte, and of the next byte that we expect. */
    long next;

    long expected;

    /** What our super-frames carry. */
    int remoteTag;

    /** They are numbered without gaps. */
    int lastControlId;

    /** Whether we say what we have received. */
    boolean isAcknowledging = true;

    RawEnd(Link link, Endpoint local, Endpoint remote) {
        this.link = new CountedLink(link);
        writer = new FrameWriter(local, remote, link.mtu());
    }

    /** The bytes that it has sent, and received. */
    CountedLink traffic() {
        return link;
    }

    /** From now on it has this, and says so. */
    void mtu(int mtu) {
        writer.mtu(mtu);
    }

    /** Begins anew; what came before is forgotten. */
    void sendSyn(int initialSequence) {
        remoteTag = 0;
        lastControlId = 0;
        next = (initialSequence & 0xFFFF_FFFFL) + 1;
        int headersLength = writer.writeSyn(headers, next - 1, 65535);
        link.send(headers, headersLength, null, 0, 0);
    }

    /** Answers the SYN that has been received last. */
    void sendSynAck(int initialSequence) {
        lastControlId = 0;
        next = (initialSequence & 0xFFFF_FFFFL) + 1;
        int headersLength = writer.writeSynAck(headers, next - 1, expected, 65535);
        link.send(headers, headersLength, null, 0, 0);
    }

    void sendRst() {
        link.send(headers, writer.writeRst(headers, next, expected), null, 0, 0);
    }

    void sendFin() {
        link.send(headers, writer.writeFin(headers, next, expected, WINDOW), null, 0, 0);
    }

    /** Starts a super-frame that is right so far. */
    RawEnd begin() {
        superFrame.wrap(payload, 0, payload.length()).write(remoteTag, next, true);
        superFrame.writeWindow(next, isAcknowledging ? expected : 0, expected + WINDOW, 0);
        length = SuperFrameHeader.LENGTH;
        segmentCount = 0;
        return this;
    }

    /** Adds a segment to the super-frame. */
    RawEnd add(MessageKind kind, int flow, int id, int messageLength, int offset, byte[] bytes) {
        segment.wrap(payload, length, payload.length() - length)
                .write(kind, flow, id, messageLength, offset, bytes.length);
        payload.putBytes(length + SegmentHeader.LENGTH, bytes, 0, bytes.length);
        length += SegmentHeader.LENGTH + bytes.length;
        superFrame.writeSegmentCount(++segmentCount);
        return this;
    }

    RawEnd addControl(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return add(MessageKind.CONTROL, 0, ++lastControlId, bytes.length, 0, bytes);
    }

    /** The bytes of the super-frame, to be spoilt. */
    byte[] bytes() {
        byte[] bytes = new byte[length];
        payload.getBytes(0, bytes, 0, length);
        return bytes;
    }

    /** Sends the super-frame. */
    void send() {
        sendAt(next);
        next += length;
    }

    /** Sends the super-frame again, or for the first time, from another sequence on. */
    void sendAt(long sequence) {
        gathered.clear();
        gathered.add(payload, 0, length);
        int headersLength = writer.writeData(headers, sequence, expected, WINDOW, length);
        link.send(headers, headersLength, gathered, 0, length);
    }

    /** Sends a part of the super-frame. */
    void sendPiece(int offset, int pieceLength) {
        gathered.clear();
        gathered.add(payload, offset, pieceLength);
        int headersLength =
                writer.writePiece(headers, next, length, offset, expected, WINDOW, pieceLength);
        link.send(headers, headersLength, gathered, 0, pieceLength);
    }

    /** Sends the super-frame after {@code spoiler} has had its way with the frame's headers. */
    void sendSpoilt(Consumer<MemorySlice> spoiler) {
        gathered.clear();
        gathered.add(payload, 0, length);
        int headersLength = writer.writeData(headers, next, expected, WINDOW, length);
        spoiler.accept(headers);
        link.send(headers, headersLength, gathered, 0, length);
    }

    /** Makes these the bytes of the super-frame, to be sent. */
    RawEnd load(byte[] bytes) {
        payload.putBytes(0, bytes, 0, bytes.length);
        length = bytes.length;
        return this;
    }

    /** Sends bytes as a super-frame's payload. */
    void send(byte[] bytes) {
        load(bytes).send();
    }

    /** Sends a whole message of one segment in a super-frame of its own. */
    void send(MessageKind kind, int flow, int id, byte[] bytes) {
        begin().add(kind, flow, id, bytes.length, 0, bytes).send();
    }

    void control(String json) {
        begin().addControl(json).send();
    }

    /** Sends a super-frame without segments. */
    void acknowledge() {
        begin().send();
    }

    /** Receives whatever has come. */
    void receive() {
        int frameLength = link.receive(receivedMemory.slice());
        while (frameLength > 0) {
            onFrame(frameLength);
            frameLength = link.receive(receivedMemory.slice());
        }
    }

    /** Whatever has come gets lost. */
    void lose() {
        int frameLength = link.receive(receivedMemory.slice());
        while (frameLength > 0) {
            frameLength = link.receive(receivedMemory.slice());
        }
    }

    private void onFrame(int frameLength) {
        header.wrap(receivedMemory.slice());
        if (header.invalidReason(frameLength) != null) {
            throw new IllegalStateException(header.invalidReason(frameLength));
        }
        flags.add(header.flags());
        if ((header.flags() & FrameHeader.RST) != 0) {
            resetLength = frameLength;
        } else if ((header.flags() & FrameHeader.SYN) != 0) {
            expected = (header.sequence() & 0xFFFF_FFFFL) + 1;
            mss = header.mss();
        } else if (isExpected()) {
            expected += header.payloadLength();
            readPayload();
        }
    }

    private void readPayload() {
        int length = header.payloadLength();
        MemorySlice memory = receivedMemory.slice();
        if (HandshakeMessage.isLikely(memory.getUnsignedByte(header.payloadOffset() + 1L))) {
            handshakeMessage = new byte[length];
            memory.getBytes(header.payloadOffset(), handshakeMessage, 0, length);
        } else {
            readSegments(header.payloadOffset(), header.payloadLength());
        }
    }

    private boolean isExpected() {
        return header.payloadLength() > 0
                && header.payloadLength() == header.superFrameLength()
                && header.sequence() == (int) expected;
    }

    private void readSegments(long offset, int payloadLength) {
        MemorySlice memory = receivedMemory.slice();
        SuperFrameHeader received = new SuperFrameHeader();
        received.wrap(memory, offset, payloadLength);
        long at = offset + received.length();
        // It has no keys.
        int count = received.isSealed() ? 0 : received.segmentCount();
        for (int i = 0; i < count; i++) {
            SegmentHeader view = new SegmentHeader();
            view.wrap(memory, at, offset + payloadLength - at);
            byte[] bytes = new byte[view.segmentLength()];
            memory.getBytes(at + SegmentHeader.LENGTH, bytes, 0, bytes.length);
            Segment copy =
                    new Segment(
                            view.kind(),
                            view.flow(),
                            view.id(),
                            view.messageLength(),
                            view.segmentOffset(),
                            bytes);
            segments.add(copy);
            Matcher tag = TAG.matcher(copy.text());
            if (view.kind() == MessageKind.CONTROL && tag.find()) {
                remoteTag = Integer.parseInt(tag.group(1));
            }
            at += SegmentHeader.LENGTH + view.segmentLength();
        }
    }

    /** The segments received since the last call. */
    List<Segment> takeSegments() {
        List<Segment> taken = List.copyOf(segments);
        segments.clear();
        return taken;
    }

    /** The control messages among the segments received since the last call. */
    List<String> takeControl() {
        return takeSegments().stream()
                .filter(s -> s.kind() == MessageKind.CONTROL)
                .map(Segment::text)
                .toList();
    }

    /** How many frames with this flag have come. */
    long count(int flag) {
        return flags.stream().filter(f -> (f & flag) != 0).count();
    }

    int frames() {
        return flags.size();
    }

    /** Begins to count anew, and throws away what was received. */
    void forgetFrames() {
        flags.clear();
        segments.clear();
    }

    /** What the last SYN or SYN-ACK announced. */
    int mss() {
        return mss;
    }

    /** Bytes of the last RST. */
    int resetLength() {
        return resetLength;
    }

    @Override
    public void close() {
        headersMemory.close();
        payloadMemory.close();
        receivedMemory.close();
    }
}
