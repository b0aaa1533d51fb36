// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.Reassembler.Partial;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The pieces of a super-frame, as an MTU of 1500 makes them, become one again. In this package
 * because the reassembler is nobody else's.
 */
@State(Scope.Thread)
public class ReassemblerMicro {
    private static final int PIECE = 1448;

    /** Bytes of the super-frame. */
    @Param({"4096", "65000"})
    public int length;

    /** In which order the pieces come: the first to the last, or the last to the first. */
    @Param({"forward", "backward"})
    public String order;

    private final FrameBufferPool pool = new FrameBufferPool(16);
    private final Reassembler reassembler = new Reassembler(pool);
    private final NativeBuffer source = new NativeBuffer(FrameBuffer.LENGTH);
    private long start = 1;

    /** One super-frame. */
    @Benchmark
    public boolean superFrame() {
        int count = (length - 1) / PIECE + 1;
        boolean isForward = order.equals("forward");
        Partial partial = null;
        for (int i = 0; i < count; i++) {
            int offset = (isForward ? i : count - 1 - i) * PIECE;
            int pieceLength = Math.min(PIECE, length - offset);
            partial =
                    reassembler.add(
                            start, length, start + offset, source.slice(), offset, pieceLength);
        }
        if (partial == null || !partial.isComplete()) {
            throw new IllegalStateException("pieces are missing");
        }
        reassembler.drop(partial);
        start += length;
        return true;
    }

    @TearDown
    public void close() {
        reassembler.close();
        pool.close();
        source.close();
    }
}
