// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * Bounds the bytes in flight so that those of all senders together wait a short and known time: the
 * window follows the delay of the path, and what may wait for a sender is less the more it has in
 * flight, which makes all equal. Loss alone is no signal; loss while there is a queue is. See
 * docs/decisions.md. One thread.
 */
final class CongestionWindow {
    static final long WINDOW_MAX = 16 << 20;

    /** Limit: below one small request sending gets slower in time, see {@link Pacer}. */
    static final long WINDOW_MIN = 2 << 10;

    /** Limit: what is sent before the path is known, and what a pause takes the window down to. */
    static final long WINDOW_INITIAL = 32 << 10;

    /** So many super-frames fit the window, unless they were too short. */
    private static final int FRAMES_MIN = 8;

    /** What a super-frame of large messages is not cut below. */
    static final int FRAME_MIN = 4 << 10;

    /** Waiting time that is wanted with a window of {@link #NARROW} or less. */
    static final long DELAY_MAX_NS = 160_000;

    /** And with a window of {@link #WIDE} or more. */
    static final long DELAY_MIN_NS = 80_000;

    private static final long NARROW = 4 << 10;
    private static final int NARROW_TO_WIDE_BITS = 6;
    static final long WIDE = NARROW << NARROW_TO_WIDE_BITS;

    /**
     * With each of these without anything sent, half of what was known of the path is forgotten.
     */
    private static final long IDLE_NS = 100_000_000L;

    /** So often a busy sender sees whether the path has become longer or a queue has stayed. */
    static final long DRAIN_INTERVAL_NS = 100_000_000L;

    private static final int DRAIN_DIVISOR = 4;

    /** By this part it grows, up to {@link #WIDE}, while there are no exact samples. */
    private static final int VAGUE_DIVISOR = 8;

    /**
     * This part of how much round trips vary may be waiting as well: where hosts have other work,
     * answers come late that have waited in no queue.
     */
    private static final int VARIATION_DIVISOR = 4;

    private final BaseRoundTrip base = new BaseRoundTrip();
    private long window = WINDOW_INITIAL;
    private boolean isStarting = true;

    /** The round ends when something is acknowledged that was sent after this. */
    private long roundLimit;

    private long roundShortestNs = Long.MAX_VALUE;
    private long newestNs;
    private long variationNs;
    private long roundAcknowledged;
    private long roundLost;
    private long roundFlightMax;
    private boolean isLimited;
    private boolean hasTimedOut;
    private long drainedNs;
    private long windowBeforeDrain;
    private long progressNs;

    /**
     * Time between sending something once and its arrival being told, without the time that the
     * peer kept that to itself.
     *
     * @param unseenNs how long of that one of both perhaps did not look
     * @param newVariationNs mean deviation of such times until now
     */
    void onSample(long rttNs, long unseenNs, long newVariationNs, long nowNs) {
        variationNs = newVariationNs;
        if (!base.isKnown() || rttNs - base.ns() <= 0) {
            // All who see a queue fall begin to count here, so that next time it falls for all.
            drainedNs = nowNs;
        }
        base.onSample(rttNs, nowNs);
        long leastNs = Math.max(1, rttNs - unseenNs);
        roundShortestNs = Math.min(roundShortestNs, leastNs);
        if (unseenNs <= Stalls.TOGETHER_MAX_NS) {
            newestNs = leastNs;
        }
    }

    /**
     * @param bytes that were in flight and are not any more
     * @param flightBytes before that
     * @param highest sequence that has been acknowledged
     * @param next sequence that will be sent
     */
    void onAcknowledged(long bytes, long flightBytes, long highest, long next, long nowNs) {
        roundAcknowledged += bytes;
        roundFlightMax = Math.max(roundFlightMax, flightBytes);
        progressNs = nowNs;
        if (highest - roundLimit > 0) {
            endRound(nowNs);
            roundLimit = next;
        }
    }

    /** Bytes were lost, as later ones show that have come. */
    void onLost(long bytes) {
        roundLost += bytes;
    }

    /** More could have been sent than the window lets. */
    void onBlocked() {
        isLimited = true;
    }

    /** Nothing was heard of something for a time-out of {@code rtoNs}. */
    void onTimeout(long rtoNs, long nowNs) {
        hasTimedOut = true;
        if (nowNs - progressNs >= 2 * rtoNs) {
            window = Math.max(WINDOW_MIN, window / 2);
            progressNs = nowNs;
        }
    }

    /** Something is sent the first time, while {@code flightBytes} are under way. */
    void onSend(long lastSentNs, long flightBytes, long nowNs) {
        long idleNs = nowNs - lastSentNs;
        if (flightBytes == 0 && idleNs >= IDLE_NS && window > WINDOW_INITIAL) {
            int halvings = (int) Math.min(Long.SIZE - 1, idleNs / IDLE_NS);
            window = Math.max(WINDOW_INITIAL, window >> halvings);
            isStarting = true;
        }
    }

    private void endRound(long nowNs) {
        long signalNs = roundShortestNs;
        if (windowBeforeDrain > 0) {
            window = windowBeforeDrain;
            windowBeforeDrain = 0;
        } else if (signalNs != Long.MAX_VALUE && base.isKnown()) {
            follow(signalNs);
        } else if (signalNs == Long.MAX_VALUE && (hasTimedOut || isMuchLost())) {
            // Everything was sent twice, so perhaps it all takes longer than the time-out.
            window = Math.max(WINDOW_MIN, window / 2);
        }
        if (isLimited && base.isKnown() && nowNs - drainedNs >= DRAIN_INTERVAL_NS) {
            drainedNs = nowNs;
            windowBeforeDrain = window;
            window = Math.max(WINDOW_MIN, window / DRAIN_DIVISOR);
        }
        roundShortestNs = Long.MAX_VALUE;
        roundAcknowledged = 0;
        roundLost = 0;
        roundFlightMax = 0;
        isLimited = false;
        hasTimedOut = false;
        newestNs = 0;
    }

    private void follow(long signalNs) {
        long waitingNs = Math.max(delayNs(window), variationNs / VARIATION_DIVISOR);
        long targetNs = base.ns() + waitingNs;
        boolean isQueueing = signalNs - base.ns() >= waitingNs / 2;
        boolean isLossy = roundLost > 0 && isQueueing || isMuchLost();
        if (isLossy) {
            isStarting = false;
            window -= window / 4;
        } else if (signalNs > targetNs) {
            isStarting = false;
            long wanted = Math.max(window / 2, window * targetNs / signalNs);
            window = wanted;
        } else if (isLimited) {
            grow(targetNs, isQueueing);
        } else {
            long used = Math.max(WINDOW_INITIAL, 2 * roundFlightMax);
            window -= Math.max(0, window - used) / 8;
        }
        window = Math.min(WINDOW_MAX, Math.max(WINDOW_MIN, window));
    }

    /** Whether so much was lost of what was under way that it can hardly be an accident. */
    private boolean isMuchLost() {
        return roundLost > Math.max(roundFlightMax, roundAcknowledged) / 4;
    }

    private void grow(long targetNs, boolean isQueueing) {
        if (newestNs == 0) {
            // Where hosts are too busy to look, nothing says that there is no queue.
            window += window < WIDE ? window / VAGUE_DIVISOR : 0;
            return;
        }
        isStarting &= !isQueueing;
        // A queue that grows shows in the newest sample first.
        long wanted = isStarting ? 2 * window : Math.min(2 * window, window * targetNs / newestNs);
        window += Math.max(0, wanted - window) / (isStarting ? 1 : 2);
    }

    /** How long it may wait in queues with such a window: a straight line over its logarithm. */
    static long delayNs(long window) {
        if (window <= NARROW) {
            return DELAY_MAX_NS;
        }
        if (window >= WIDE) {
            return DELAY_MIN_NS;
        }
        int bits = 63 - Long.numberOfLeadingZeros(window / NARROW);
        long whole = NARROW << bits;
        long stepNs = (DELAY_MAX_NS - DELAY_MIN_NS) / NARROW_TO_WIDE_BITS;
        return DELAY_MAX_NS - bits * stepNs - (window - whole) * stepNs / whole;
    }

    long bytes() {
        return window;
    }

    /** Bytes of a super-frame with large messages: several fit the window once it was crowded. */
    int frameMax() {
        if (isStarting) {
            return Association.SUPER_FRAME_MAX;
        }
        return (int)
                Math.min(Association.SUPER_FRAME_MAX, Math.max(FRAME_MIN, window / FRAMES_MIN));
    }

    /** The round trip when nothing waits; 0 while unknown. */
    long baseNs() {
        return base.isKnown() ? base.ns() : 0;
    }
}
