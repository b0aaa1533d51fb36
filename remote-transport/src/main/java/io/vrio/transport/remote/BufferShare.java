// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;

/**
 * What one server may take of an IOhyp's frame buffers for its answers: never more than it leaves
 * to the others. So one that stops acknowledging, dead or hostile, slows nobody else down, and one
 * that is alone has half of all. One worker.
 */
final class BufferShare {
    private final FrameBufferPool pool;
    private int held;

    BufferShare(FrameBufferPool pool) {
        this.pool = pool;
    }

    /** Whether {@code count} buffers may be taken now, each with {@link #take}. */
    boolean mayTake(int count) {
        int spare = pool.spare();
        // A large read of a server that holds none must not wait for a share of its size.
        return count <= spare && (held == 0 || held + count <= spare);
    }

    FrameBuffer take() {
        held++;
        return pool.takeSpare();
    }

    /** So many that were taken by others are kept for longer. */
    void onHold(int count) {
        held += count;
    }

    /** So many of those taken have been released. */
    void onRelease(int count) {
        held -= count;
    }
}
