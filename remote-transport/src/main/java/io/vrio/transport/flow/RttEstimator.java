// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * Smoothed round-trip time and retransmission time-out after RFC 6298, with bounds in the order of
 * a machine room's round trip instead of a second. One thread.
 */
public final class RttEstimator {
    /** Limit: below this, scheduling noise of a busy peer would look like loss. */
    public static final long RTO_MIN_NS = 500_000;

    /** Limit: what back-off ends at, so that a peer that returns is noticed soon. */
    public static final long RTO_MAX_NS = 500_000_000;

    static final long RTO_INITIAL_NS = 20_000_000;

    private long smoothedNs;
    private long variationNs;
    private long minNs;
    private long rtoNs = RTO_INITIAL_NS;

    /** Takes the time between sending something once and hearing of it, peer's delay taken off. */
    public void onSample(long sampleNs) {
        long rttNs = Math.max(1, sampleNs);
        if (smoothedNs == 0) {
            smoothedNs = rttNs;
            variationNs = rttNs / 2;
            minNs = rttNs;
        } else {
            variationNs += (Math.abs(smoothedNs - rttNs) - variationNs) / 4;
            smoothedNs += (rttNs - smoothedNs) / 8;
            minNs = Math.min(minNs, rttNs);
        }
        onProgress();
    }

    /** Something new has arrived: the path works, so what is lost now is not waited for longer. */
    public void onProgress() {
        if (smoothedNs > 0) {
            rtoNs = clamp(smoothedNs + 4 * variationNs + AckTimer.DELAY_MAX_NS);
        }
    }

    /** A time-out has passed without an answer: wait twice as long for the next. */
    public void onTimeout() {
        rtoNs = clamp(rtoNs * 2);
    }

    private static long clamp(long valueNs) {
        return Math.min(RTO_MAX_NS, Math.max(RTO_MIN_NS, valueNs));
    }

    /** Nanoseconds; 0 before the first sample. */
    public long smoothedNs() {
        return smoothedNs;
    }

    public long rtoNs() {
        return rtoNs;
    }

    RttStatus status() {
        return new RttStatus(smoothedNs, variationNs, minNs, rtoNs);
    }

    /** How long after its sending a hole may be reordering rather than loss (RFC 8985, 6.2). */
    public long reorderingNs() {
        return smoothedNs + smoothedNs / 4;
    }
}
