// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.wire.FrameHeader;

/** How far each end of an association lets the other one's sequences go. One thread. */
final class Credit {
    /** Limit: bytes that the peer may have in flight towards us. */
    static final long WINDOW = 8 << 20;

    /** Limit: frames that only acknowledge may go this far beyond the credit. */
    static final long SLACK = 64 << 10;

    /**
     * Limit: bytes that frames of NICs may have in flight, and what is kept for them. More would
     * only wait at the receiver, and messages behind it; a quarter leaves these enough.
     */
    static final long FRAMES_MAX = 2 << 20;

    private static final int FRAMES_DIVISOR = 4;
    private static final int WINDOW_UNIT = 1 << FrameHeader.WINDOW_SCALE;

    private long granted;
    private long acknowledged;
    private long limit;
    private long heldBytes;

    Credit(long firstSent, long firstReceived) {
        // Enough for the first message of the handshake; the peer's first frame grants the rest.
        granted = firstSent + SLACK;
        acknowledged = firstSent;
        limit = firstReceived + WINDOW;
    }

    /** Bytes that messages received in part keep are taken off what the peer is granted. */
    void onHeldBytesChange(long difference) {
        heldBytes += difference;
    }

    long heldBytes() {
        return heldBytes;
    }

    /** The peer may use sequences below this. What was granted is never taken back. */
    long limit() {
        return limit;
    }

    /**
     * The TCP window: how much further than {@code sequence} the peer may go, if only to
     * acknowledge. Rounded up to its units, so that middleboxes let pass all that we take.
     */
    int windowBytes(long sequence) {
        return (int) Math.max(0, limit + SLACK - sequence) + WINDOW_UNIT - 1;
    }

    /** Grants what can be granted when everything below {@code next} has been received. */
    void extend(long next) {
        limit = Math.max(limit, next + WINDOW - heldBytes);
    }

    /** Whether the peer was not allowed to send so far, even if it only acknowledges. */
    boolean isExceededBy(long sequence) {
        return sequence - limit > SLACK;
    }

    /** The peer lets our sequences go up to {@code credit}. */
    void onGrant(long credit) {
        granted = Math.max(granted, credit);
    }

    /** Bytes that we may send from {@code next} on. */
    long available(long next) {
        return granted - next;
    }

    /** The peer has all below {@code cumulative}, or will not get it any more. */
    void onAcknowledged(long cumulative) {
        acknowledged = Math.max(acknowledged, cumulative);
    }

    /** The highest that {@link #onAcknowledged} was told. */
    long acknowledged() {
        return acknowledged;
    }

    /**
     * Bytes of frames of NICs that we may send from {@code next} on.
     *
     * @param flightBytes of messages
     */
    long availableForFrames(long next, long flightBytes) {
        return Math.min(available(next), unusedByFrames(next, flightBytes));
    }

    /** Bytes of messages that we may send from {@code next} on while there are NICs. */
    long availableForMessages(long next, long flightBytes) {
        return available(next) - unusedByFrames(next, flightBytes);
    }

    /** What is left of the frames' part of the credit. */
    private long unusedByFrames(long next, long flightBytes) {
        long part = Math.min(FRAMES_MAX, (granted - acknowledged) / FRAMES_DIVISOR);
        return Math.max(0, part - Math.max(0, next - acknowledged - flightBytes));
    }
}
