// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Segmenter;
import java.util.ArrayDeque;

/**
 * One end of a wire in memory, for tests and the simulation. Both ends belong to one thread. It
 * needs no address but its own: what one end sends, the other gets when it is addressed to it.
 */
public final class MemoryLink implements Link {
    /** What the wire does to a frame larger than its MTU. */
    public enum Segmentation {
        /** Passes super-frames whole and sums unfinished, as veth does. */
        WHOLE,
        /** Cuts them into MTU pieces with right sums, as a NIC does. */
        CUT
    }

    /**
     * @param mtu the IP MTU of both ends
     * @param framesMax frames under way in one direction, at least 1; more are lost
     */
    public record Options(int mtu, Segmentation segmentation, int framesMax) {}

    private static final long LEFT_ADDRESS = 0x02_00_00_00_00_01L;
    private static final long RIGHT_ADDRESS = 0x02_00_00_00_00_02L;

    private final Options options;
    private final long hardwareAddress;
    private final NativeBuffer whole = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer piece = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private final FrameHeader header = new FrameHeader();
    private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
    private MemoryLink peer;
    private boolean isUp = true;

    private MemoryLink(Options options, long hardwareAddress) {
        this.options = options;
        this.hardwareAddress = hardwareAddress;
    }

    /** A new wire; this is its one end, {@link #peer} the other. */
    public static MemoryLink pair(Options options) {
        MemoryLink left = new MemoryLink(options, LEFT_ADDRESS);
        MemoryLink right = new MemoryLink(options, RIGHT_ADDRESS);
        left.peer = right;
        right.peer = left;
        return left;
    }

    /** The other end. */
    public MemoryLink peer() {
        return peer;
    }

    @Override
    public int mtu() {
        return options.mtu;
    }

    @Override
    public long hardwareAddress() {
        return hardwareAddress;
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        if (!isUp) {
            counters.increment(LinkCounter.SEND_LINK_DOWN);
            return false;
        }
        int length = headersLength + payloadLength;
        MemorySlice frame = whole.slice();
        headers.copyTo(0, frame, 0, headersLength);
        if (payloadLength > 0) {
            payload.copyTo(payloadOffset, frame, headersLength, payloadLength);
        }
        if (Segmenter.ipLength(frame, length) > options.mtu) {
            counters.increment(LinkCounter.SEND_TOO_LARGE);
            return false;
        }
        counters.increment(LinkCounter.SENT_FRAMES);
        counters.add(LinkCounter.SENT_BYTES, length - FrameHeader.VNET_LENGTH);
        transmit(frame, length);
        return true;
    }

    private void transmit(MemorySlice frame, int length) {
        switch (options.segmentation) {
            case WHOLE -> peer.arrive(frame, length);
            case CUT -> {
                if (Segmenter.isSuperFrame(frame)) {
                    int count = Segmenter.count(frame, length);
                    for (int i = 0; i < count; i++) {
                        int pieceLength = Segmenter.cut(frame, length, i, piece.slice());
                        peer.arrive(piece.slice(), pieceLength);
                    }
                } else {
                    Segmenter.complete(frame, length);
                    peer.arrive(frame, length);
                }
            }
        }
    }

    private void arrive(MemorySlice frame, int length) {
        if (header.wrap(frame).destinationHardwareAddress() != hardwareAddress) {
            counters.increment(LinkCounter.RECEIVE_FOREIGN);
        } else if (!isUp) {
            counters.increment(LinkCounter.RECEIVE_FAILED);
        } else if (arrived.size() >= options.framesMax) {
            counters.increment(LinkCounter.RECEIVE_OVERRUN);
        } else {
            byte[] bytes = new byte[length];
            frame.getBytes(0, bytes, 0, length);
            arrived.add(bytes);
        }
    }

    @Override
    public int receive(MemorySlice buffer) {
        byte[] frame = arrived.poll();
        while (frame != null && frame.length > buffer.length()) {
            counters.increment(LinkCounter.RECEIVE_CUT);
            frame = arrived.poll();
        }
        if (frame == null) {
            return 0;
        }
        buffer.putBytes(0, frame, 0, frame.length);
        counters.increment(LinkCounter.RECEIVED_FRAMES);
        counters.add(LinkCounter.RECEIVED_BYTES, frame.length - FrameHeader.VNET_LENGTH);
        return frame.length;
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public Counters<LinkCounter> counters() {
        return counters;
    }

    /** This end's process dies: what it has not received is gone, and it sends no more. */
    @Override
    public void close() {
        isUp = false;
        arrived.clear();
        whole.close();
        piece.close();
    }
}
