// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.wire.Coalescer;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.Segmenter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A super-frame is cut for an MTU of 1500, and joined again. */
@State(Scope.Thread)
public class SegmenterMicro {
    private static final int MTU = 1500;
    private static final int WINDOW = 1 << 20;

    /** Bytes of the super-frame. */
    @Param({"4096", "65000"})
    public int length;

    private final NativeBuffer whole = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer joined = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer piece = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final Coalescer coalescer = new Coalescer();
    private int frameLength;

    /** One super-frame. */
    @Setup
    public void write() {
        FrameWriter writer = new FrameWriter(end(1), end(2), MTU);
        writer.writeAck(whole.slice(), 1, 2, WINDOW);
        frameLength = writer.writeData(whole.slice(), 1, 2, WINDOW, length) + length;
    }

    private static Endpoint end(int number) {
        return new Endpoint(number, IpAddress.parse("10.0.0." + number), 7000 + number);
    }

    /** What a NIC does for the sender: every segment with its checksums. */
    @Benchmark
    public int cut() {
        int bytes = 0;
        int count = Segmenter.count(whole.slice(), frameLength);
        for (int i = 0; i < count; i++) {
            bytes += Segmenter.cut(whole.slice(), frameLength, i, piece.slice());
        }
        return bytes;
    }

    /** The same, and what a NIC does for the receiver. */
    @Benchmark
    public int cutAndJoin() {
        MemorySlice first = joined.slice();
        int bytes = Segmenter.cut(whole.slice(), frameLength, 0, first);
        int count = Segmenter.count(whole.slice(), frameLength);
        for (int i = 1; i < count; i++) {
            int pieceLength = Segmenter.cut(whole.slice(), frameLength, i, piece.slice());
            bytes = coalescer.join(first, bytes, piece.slice(), pieceLength);
        }
        if (bytes != frameLength) {
            throw new IllegalStateException("joined " + bytes + " bytes of " + frameLength);
        }
        return bytes;
    }

    @TearDown
    public void close() {
        whole.close();
        joined.close();
        piece.close();
    }
}
