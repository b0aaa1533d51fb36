// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import java.util.ArrayDeque;

/**
 * The frame buffers of one worker: made when first needed, up to a bound. An empty pool is
 * back-pressure: frames stay in the socket, reads wait. One worker.
 */
public final class FrameBufferPool implements AutoCloseable {
    /**
     * Limit: this part of the buffers is only for frames just received: they may bring what frees
     * the others.
     */
    private static final int RESERVE_DIVISOR = 16;

    private final ArrayDeque<FrameBuffer> free = new ArrayDeque<>();
    private final int buffersMax;
    private int made;
    private boolean isClosed;

    /**
     * @param buffersMax buffers of {@link FrameBuffer#LENGTH} bytes, 16 or more
     */
    public FrameBufferPool(int buffersMax) {
        if (buffersMax < 16) {
            throw new IllegalArgumentException("a pool of " + buffersMax + " cannot make progress");
        }
        this.buffersMax = buffersMax;
    }

    /** A buffer with one holder, or null when all are in use. */
    public FrameBuffer take() {
        FrameBuffer buffer = free.pollLast();
        if (buffer == null) {
            if (made == buffersMax) {
                return null;
            }
            buffer = new FrameBuffer(this);
            made++;
        }
        return buffer.hold();
    }

    /** As {@link #take}, but leaves the reserve: for whoever keeps a buffer for longer. */
    public FrameBuffer takeSpare() {
        return spare() > 0 ? take() : null;
    }

    /** How many {@link #takeSpare} would give now; negative when the reserve is in use. */
    public int spare() {
        return available() - buffersMax / RESERVE_DIVISOR;
    }

    /** How many there can be. */
    public int capacity() {
        return buffersMax;
    }

    /** How many {@link #take} would succeed now. */
    public int available() {
        return free.size() + buffersMax - made;
    }

    void giveBack(FrameBuffer buffer) {
        if (isClosed) {
            buffer.free();
        } else {
            free.addLast(buffer);
        }
    }

    /** Frees what is not held; what is held is freed when let go. */
    @Override
    public void close() {
        isClosed = true;
        free.forEach(FrameBuffer::free);
        free.clear();
    }
}
