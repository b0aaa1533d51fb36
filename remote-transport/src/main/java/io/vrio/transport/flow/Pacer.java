// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * Spreads a window over the round trip, so that many senders do not fill a queue with what each of
 * them may send at once. One thread.
 */
final class Pacer {
    /** So much faster than the window in a round trip, so that the window is what bounds. */
    private static final int GAIN_PERCENT = 125;

    /** This part of the window may go at once. */
    private static final int BURST_DIVISOR = 4;

    private final CongestionWindow congestion;
    private final RttEstimator rtt;

    /** When what was sent would have left at the rate. */
    private long leftNs;

    private boolean hasSent;

    Pacer(CongestionWindow congestion, RttEstimator rtt) {
        this.congestion = congestion;
        this.rtt = rtt;
    }

    boolean mayMore(long nowNs) {
        return !hasSent || dueNs() - nowNs <= 0;
    }

    /** When {@link #mayMore} is true again. */
    long dueNs() {
        return leftNs - durationNs(congestion.bytes() / BURST_DIVISOR);
    }

    /** Whether there is a time to wait for. */
    boolean hasSent() {
        return hasSent;
    }

    void onSend(long bytes, long nowNs) {
        long begunNs = !hasSent || leftNs - nowNs < 0 ? nowNs : leftNs;
        leftNs = begunNs + durationNs(bytes);
        hasSent = true;
    }

    /** Bytes per second that leave at most; 0 while the round trip is not known. */
    long bytesPerSecond() {
        long rttNs = rtt.smoothedNs();
        return rttNs == 0 ? 0 : (long) (congestion.bytes() * 1e7 * GAIN_PERCENT / rttNs);
    }

    private long durationNs(long bytes) {
        return bytes * rtt.smoothedNs() / congestion.bytes() * 100 / GAIN_PERCENT;
    }
}
