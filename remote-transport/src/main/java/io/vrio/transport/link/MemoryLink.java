// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Segmenter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A station on a wire in memory, for tests and the simulation. What it sends, the station gets to
 * whose Ethernet address it is sent. All stations of a wire belong to one thread.
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
     * @param mtu the IP MTU of all stations
     * @param framesMax frames that wait for one station, at least 1; more are lost
     */
    public record Options(int mtu, Segmentation segmentation, int framesMax) {}

    private static final long FIRST_ADDRESS = 0x02_00_00_00_00_01L;

    private final Options options;
    private final List<MemoryLink> stations;
    private final int index;
    private final NativeBuffer whole = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer piece = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private final FrameHeader header = new FrameHeader();
    private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
    private boolean isUp = true;

    private MemoryLink(Options options, List<MemoryLink> stations) {
        this.options = options;
        this.stations = stations;
        index = stations.size();
        stations.add(this);
    }

    /** A new wire with two stations; this is the first, {@link #peer} the other. */
    public static MemoryLink pair(Options options) {
        MemoryLink first = new MemoryLink(options, new ArrayList<>());
        first.addStation();
        return first;
    }

    /** The second station for the first; the first for all others. */
    public MemoryLink peer() {
        return stations.get(index == 0 ? 1 : 0);
    }

    /** One more station on this wire, which thereby is a switch: many may send to one. */
    public MemoryLink addStation() {
        return new MemoryLink(options, stations);
    }

    @Override
    public int mtu() {
        return options.mtu;
    }

    @Override
    public long hardwareAddress() {
        return FIRST_ADDRESS + index;
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
            MemoryFaults.raisePending();
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
            case WHOLE -> deliver(frame, length);
            case CUT -> {
                if (Segmenter.isSuperFrame(frame)) {
                    int count = Segmenter.count(frame, length);
                    for (int i = 0; i < count; i++) {
                        int pieceLength = Segmenter.cut(frame, length, i, piece.slice());
                        deliver(piece.slice(), pieceLength);
                    }
                } else {
                    Segmenter.complete(frame, length);
                    deliver(frame, length);
                }
            }
        }
    }

    private void deliver(MemorySlice frame, int length) {
        long to = header.wrap(frame).destinationHardwareAddress() - FIRST_ADDRESS;
        if (to < 0 || to >= stations.size()) {
            counters.increment(LinkCounter.SENT_TO_NOBODY);
        } else {
            stations.get((int) to).arrive(frame, length);
        }
    }

    private void arrive(MemorySlice frame, int length) {
        if (!isUp) {
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
