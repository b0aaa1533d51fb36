// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.message.Goodbye;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A super-frame as its receiver looks at it: header, acknowledgement blocks, segments, and what is
 * in those of each kind. On memory that ends where it ends.
 */
public final class MessageTarget implements FuzzTarget {
    private final NativeBuffer memory = new NativeBuffer(FrameBuffer.LENGTH);
    private final FrameBufferPool buffers = new FrameBufferPool(16);
    private final SuperFrameHeader header = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();
    private final FrameMessage frames = new FrameMessage();
    private final NetFrame frame = new NetFrame();

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        seeds.add(HexFormat.of().parseHex(ProtocolDocument.golden("super-frame header")));
        seeds.add(HexFormat.of().parseHex(ProtocolDocument.golden("sealed super-frame")));
        for (MessageKind kind : MessageKind.values()) {
            seeds.add(superFrame(kind, new byte[] {0, 0, 0, 0}));
        }
        for (String name : List.of("block request", "block response", "frame record")) {
            byte[] bytes = HexFormat.of().parseHex(ProtocolDocument.golden(name));
            seeds.add(superFrame(MessageKind.REQUEST, bytes));
            seeds.add(superFrame(MessageKind.RESPONSE, bytes));
            seeds.add(superFrame(MessageKind.FRAMES, bytes));
        }
        return seeds;
    }

    private byte[] superFrame(MessageKind kind, byte[] content) {
        MemorySlice slice = memory.slice();
        header.wrap(slice, 0, slice.length()).write(0, 1, true);
        header.writeWindow(1, 1, 1, 0);
        header.addBlock(2, 4);
        header.addBlockInPieces(4, 9);
        header.writeSegmentCount(1);
        segment.wrap(slice, header.length(), slice.length() - header.length())
                .write(kind, 1, 1, content.length, 0, content.length);
        byte[] bytes = new byte[header.length() + SegmentHeader.LENGTH];
        slice.getBytes(0, bytes, 0, bytes.length);
        return ByteBuffer.allocate(bytes.length + content.length).put(bytes).put(content).array();
    }

    @Override
    public void run(byte[] input) {
        int length = Math.min(input.length, FrameBuffer.LENGTH);
        FrameBuffer buffer = buffers.take();
        try {
            buffer.slice().putBytes(0, input, 0, length);
            MemorySlice exact = memory.slice().slice(0, length);
            exact.putBytes(0, input, 0, length);
            header.wrap(exact, 0, length);
            if (header.invalidReason() == null) {
                lookAtBlocks();
                lookAtSegments(exact, buffer, length);
            }
        } finally {
            buffer.release();
        }
        if (buffers.available() != buffers.capacity()) {
            throw new IllegalStateException("a buffer was not given back");
        }
    }

    private void lookAtBlocks() {
        long previous = header.cumulative();
        for (int i = 0; i < header.blockCount(); i++) {
            if (header.blockStart(i) < previous || header.blockLimit(i) <= header.blockStart(i)) {
                throw new IllegalStateException("block " + i + " is not in order");
            }
            previous = header.blockLimit(i);
        }
    }

    private void lookAtSegments(MemorySlice exact, FrameBuffer buffer, int length) {
        int at = header.length();
        if (segment.invalidReason(exact, at, length - at, header.segmentCount()) != null) {
            return;
        }
        for (int i = 0; i < header.segmentCount(); i++) {
            segment.wrap(exact, at, length - at);
            exact.address(at + SegmentHeader.LENGTH, segment.segmentLength());
            look(exact, buffer, at + SegmentHeader.LENGTH);
            at += SegmentHeader.LENGTH + segment.segmentLength();
        }
    }

    private void look(MemorySlice exact, FrameBuffer buffer, long offset) {
        switch (segment.kind()) {
            case REQUEST -> lookAtRequest(exact, offset);
            case RESPONSE -> lookAtResponse(exact, offset);
            case FRAMES -> lookAtFrames(buffer, offset);
            case GOODBYE -> Goodbye.read(exact, offset);
            case CONTROL, PROBE, FRAMES_TAKEN -> {}
        }
    }

    private void lookAtRequest(MemorySlice exact, long offset) {
        if (segment.segmentLength() >= BlockMessage.REQUEST_LENGTH) {
            BlockRequestKind kind = BlockMessage.kind(exact, offset);
            BlockMessage.isUnmapAllowed(exact, offset);
            if (kind != null && BlockMessage.isAnsweredWithData(kind)) {
                BlockMessage.position(exact, offset);
                BlockMessage.length(exact, offset);
            }
        }
    }

    private void lookAtResponse(MemorySlice exact, long offset) {
        if (segment.segmentLength() >= BlockMessage.RESPONSE_LENGTH
                && BlockMessage.status(exact, offset) == null) {
            throw new IllegalStateException("a status that is none");
        }
    }

    private void lookAtFrames(FrameBuffer buffer, long offset) {
        try {
            frames.begin(segment, buffer, offset);
            if (frames.isComplete()) {
                int count = frames.countFrames();
                int taken = frames.skipAll(frame);
                if (count != taken) {
                    throw new IllegalStateException(taken + " frames of " + count);
                }
            }
        } catch (AssociationException e) {
            // The association of who sends that ends.
        } finally {
            frames.release();
        }
    }

    @Override
    public void close() {
        memory.close();
        buffers.close();
    }
}
