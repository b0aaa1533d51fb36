// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.message.SuperFrameHeader;

/**
 * Which sequences of the peer have been received whole: the replay window of an association. Each
 * super-frame is accepted once; a copy of it, however late, never again. One thread.
 */
final class ReceiveWindow {
    /** Limit: ranges beyond the first hole; a super-frame that would need more is not accepted. */
    static final int RANGES_MAX = 256;

    private final ByteRanges beyond = new ByteRanges(RANGES_MAX);

    /**
     * Everything beyond the first hole that has come, super-frames in pieces included; only those
     * when super-frames are sealed.
     */
    private final ByteRanges arrived = new ByteRanges(RANGES_MAX);

    /** Whether pieces are told apart from what was opened: they may be a stranger's. */
    private final boolean isSealed;

    private long next;

    /**
     * @param first the first sequence that the peer will use
     */
    ReceiveWindow(long first) {
        this(first, false);
    }

    /**
     * @param isSealed whether super-frames must be opened before one can know whose they are
     */
    ReceiveWindow(long first, boolean isSealed) {
        next = first;
        this.isSealed = isSealed;
    }

    /** Everything below has been received or was given up by its sender. */
    long next() {
        return next;
    }

    boolean isReceived(long start, long limit) {
        return limit - next <= 0 || beyond.contains(Math.max(start, next), limit);
    }

    /** Whether any of it has been received: a super-frame is all new or not to be trusted. */
    boolean isPartlyReceived(long start, long limit) {
        return start - next < 0 || beyond.intersects(start, limit);
    }

    /**
     * Notes that a super-frame was received whole.
     *
     * @return false when there are too many holes; nothing changed
     */
    boolean accept(long start, long limit) {
        if (start == next && beyond.isEmpty()) {
            next = limit;
            arrived.removeBelow(next);
            return true;
        }
        if (!beyond.add(start, limit)) {
            return false;
        }
        if (isSealed) {
            onDiscard(start, limit);
        } else {
            onArrival(start, limit);
        }
        advance();
        return true;
    }

    /** Notes a piece, only to tell the peer that it need not be sent again. */
    void onArrival(long start, long limit) {
        // Limit: what does not fit is told later, when holes below have been filled.
        arrived.add(start, limit);
    }

    /** Takes back what was noted of a super-frame in pieces: it must be sent again whole. */
    void onDiscard(long start, long limit) {
        if (!arrived.remove(start, limit)) {
            // No room to split a range: what is said to have come must have come.
            forgetPieces();
        }
    }

    /** No piece is told to have come any more. */
    void forgetPieces() {
        arrived.clear();
        for (int i = 0; i < beyond.count() && !isSealed; i++) {
            arrived.add(beyond.start(i), beyond.limit(i));
        }
    }

    /** The sender has given up on, or knows the fate of, everything below {@code floor}. */
    void raiseFloor(long floor) {
        if (floor - next > 0) {
            next = floor;
            beyond.removeBelow(floor);
            advance();
        }
    }

    private void advance() {
        if (!beyond.isEmpty() && beyond.start(0) - next <= 0) {
            next = Math.max(next, beyond.limit(0));
            beyond.removeBelow(next);
        }
        arrived.removeBelow(next);
    }

    boolean hasHoles() {
        return !beyond.isEmpty();
    }

    /** How many ranges {@link #writeBlocks} would add. */
    int blockCount() {
        int count = arrived.count() + (isSealed ? beyond.count() : 0);
        return Math.min(count, SuperFrameHeader.BLOCKS_MAX);
    }

    /** Adds what has come beyond the first hole, lowest first, as many ranges as fit. */
    void writeBlocks(SuperFrameHeader header) {
        if (isSealed) {
            writeBothBlocks(header);
            return;
        }
        int blocks = Math.min(arrived.count(), SuperFrameHeader.BLOCKS_MAX);
        for (int i = 0; i < blocks; i++) {
            header.addBlock(arrived.start(i), arrived.limit(i));
        }
    }

    private void writeBothBlocks(SuperFrameHeader header) {
        int opened = 0;
        int pieces = 0;
        while (header.blockCount() < SuperFrameHeader.BLOCKS_MAX
                && (opened < beyond.count() || pieces < arrived.count())) {
            boolean isOpened =
                    pieces == arrived.count()
                            || opened < beyond.count()
                                    && beyond.start(opened) < arrived.start(pieces);
            if (isOpened) {
                header.addBlock(beyond.start(opened), beyond.limit(opened));
                opened++;
            } else {
                header.addBlockInPieces(arrived.start(pieces), arrived.limit(pieces));
                pieces++;
            }
        }
    }
}
