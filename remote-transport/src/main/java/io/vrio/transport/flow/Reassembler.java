// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.message.SuperFrameHeader;

/**
 * Super-frames of one association of which only pieces have come so far. A piece tells where its
 * super-frame begins and how long it is, so order and grouping do not matter. One thread.
 */
final class Reassembler {
    /** Limit: super-frames in pieces at a time; pieces of more are dropped and come again. */
    static final int PARTIALS_MAX = 64;

    /** Limit: pieces with holes between them in one super-frame. */
    static final int RANGES_MAX = 48;

    /** Longer than time-outs are unless nothing arrives at all. */
    private static final long STALE_NS = 100_000_000L;

    private final FrameBufferPool pool;
    private final Partial[] partials = new Partial[PARTIALS_MAX];
    private int count;

    Reassembler(FrameBufferPool pool) {
        this.pool = pool;
        for (int i = 0; i < PARTIALS_MAX; i++) {
            partials[i] = new Partial();
        }
    }

    /** One super-frame in pieces; its payload is collected from the start of the buffer. */
    static final class Partial {
        private final ByteRanges received = new ByteRanges(RANGES_MAX);
        private final SuperFrameHeader header = new SuperFrameHeader();
        private FrameBuffer buffer;
        private long start;
        private int length;
        private long lastPieceNs;
        private boolean isOurs;

        /** Something of it has come. */
        void onPiece(long nowNs) {
            lastPieceNs = nowNs;
        }

        /**
         * Whether its header has come and is the peer's: other pieces do not tell whose they are.
         */
        boolean isOurs(int tag) {
            int headLength = Math.min(length, SuperFrameHeader.LENGTH);
            if (!isOurs && received.contains(start, start + headLength)) {
                header.wrap(buffer.slice(), 0, length);
                isOurs = header.isOf(tag, start);
            }
            return isOurs;
        }

        /** What of it has come. */
        ByteRanges received() {
            return received;
        }

        boolean isComplete() {
            return received.contains(start, start + length);
        }

        /** Whether bytes are missing before the last that has come: something was lost. */
        boolean hasHole() {
            return received.count() > 1 || received.start(0) != start;
        }

        FrameBuffer buffer() {
            return buffer;
        }
    }

    /**
     * Takes a piece.
     *
     * @param start first sequence of the super-frame
     * @param length bytes of the super-frame
     * @param at sequence of the piece
     * @return its super-frame, or null when there is no room for it (the piece is dropped)
     */
    Partial add(long start, int length, long at, MemorySlice source, long offset, int pieceLength) {
        Partial partial = find(start, length);
        if (partial == null) {
            partial = begin(start, length);
        }
        if (partial == null || !partial.received.add(at, at + pieceLength)) {
            return null;
        }
        source.copyTo(offset, partial.buffer.slice(), at - start, pieceLength);
        return partial;
    }

    private Partial find(long start, int length) {
        for (int i = 0; i < count; i++) {
            if (partials[i].start == start && partials[i].length == length) {
                return partials[i];
            }
        }
        return null;
    }

    private Partial begin(long start, int length) {
        if (count == PARTIALS_MAX) {
            return null;
        }
        FrameBuffer buffer = pool.takeSpare();
        if (buffer == null) {
            return null;
        }
        Partial partial = partials[count++];
        partial.buffer = buffer;
        partial.start = start;
        partial.length = length;
        partial.isOurs = false;
        partial.received.clear();
        return partial;
    }

    /**
     * Makes room: forgets what nobody has added to for a while. A peer sends again sooner; who
     * forges beginnings of super-frames to fill the room does not.
     *
     * @return whether there was any
     */
    boolean dropStale(long nowNs) {
        int before = count;
        for (int i = count - 1; i >= 0; i--) {
            if (nowNs - partials[i].lastPieceNs >= STALE_NS) {
                drop(partials[i]);
            }
        }
        return count < before;
    }

    /** Forgets a super-frame: it is complete, or its content cannot be trusted. */
    void drop(Partial partial) {
        for (int i = 0; i < count; i++) {
            if (partials[i] == partial) {
                partial.buffer.release();
                partial.buffer = null;
                partials[i] = partials[--count];
                partials[count] = partial;
                return;
            }
        }
    }

    /**
     * A super-frame has been accepted: forgets a copy of it in pieces, and what cannot become whole
     * any more because it overlaps with it or is below the floor.
     *
     * @return whether there was something of the peer's that it never gives up
     */
    boolean dropSettled(long start, long limit, long floor) {
        boolean isBroken = false;
        for (int i = count - 1; i >= 0; i--) {
            Partial partial = partials[i];
            long partialLimit = partial.start + partial.length;
            boolean isCopy = partial.start == start && partialLimit == limit;
            boolean isOverlapping = partial.start - limit < 0 && start - partialLimit < 0;
            if (isOverlapping || partial.start - floor < 0) {
                isBroken |= !isCopy && partial.isOurs && partial.header.isReliable();
                drop(partial);
            }
        }
        return isBroken;
    }

    void close() {
        while (count > 0) {
            drop(partials[count - 1]);
        }
    }
}
