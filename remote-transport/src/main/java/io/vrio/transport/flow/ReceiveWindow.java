// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.message.SuperFrameHeader;

/**
 * Which sequences of the peer have been received whole: the replay window of an association. Each
 * super-frame is accepted once; a copy of it, however late, never again. One thread.
 */
final class ReceiveWindow {
    /** Limit: ranges beyond the first hole; a super-frame that would need more is not accepted. */
    private static final int RANGES_MAX = 256;

    private final ByteRanges beyond = new ByteRanges(RANGES_MAX);
    private long next;

    /**
     * @param first the first sequence that the peer will use
     */
    ReceiveWindow(long first) {
        next = first;
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
            return true;
        }
        if (!beyond.add(start, limit)) {
            return false;
        }
        advance();
        return true;
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
    }

    boolean hasHoles() {
        return !beyond.isEmpty();
    }

    /** Adds the ranges beyond the first hole, lowest first, as many as fit. */
    void writeBlocks(SuperFrameHeader header) {
        for (int i = 0; i < beyond.count(); i++) {
            if (header.blockCount() == SuperFrameHeader.BLOCKS_MAX) {
                return;
            }
            header.addBlock(beyond.start(i), beyond.limit(i));
        }
    }
}
