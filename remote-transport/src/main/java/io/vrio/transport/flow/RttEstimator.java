// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * How long the path takes, and after which silence something that was sent last counts as lost. The
 * latter goes by how long answers have taken, the peer's work and its waiting for company included:
 * as soon as TCP with a floor of 200 ms cannot. Too early costs a copy of a small frame; that an
 * answer was under way is noticed, and waited for longer the next time. One thread.
 */
public final class RttEstimator {
    /** Limit: less would send again what only waits for a CPU. */
    public static final long RTO_MIN_NS = 50_000;

    /** Limit: what back-off ends at, so that a peer that returns is noticed soon. */
    public static final long RTO_MAX_NS = 500_000_000;

    /** Limit: of the doublings for what was sent in vain. */
    private static final int VAIN_MAX = 8;

    static final long RTO_INITIAL_NS = 20_000_000;

    private final Average trip = new Average();
    private final Average answer = new Average();
    private long rtoNs = RTO_INITIAL_NS;
    private int timeouts;
    private long sampleNs;
    private long sampleUnseenNs;
    private int vainDoublings;

    /** A mean and a mean deviation after RFC 6298. */
    private static final class Average {
        private long smoothedNs;
        private long variationNs;
        private long minNs;

        void add(long sampleNs) {
            long ns = Math.max(1, sampleNs);
            if (smoothedNs == 0) {
                smoothedNs = ns;
                variationNs = ns / 2;
                minNs = ns;
            } else {
                variationNs += (Math.abs(smoothedNs - ns) - variationNs) / 4;
                smoothedNs += (ns - smoothedNs) / 8;
                minNs = Math.min(minNs, ns);
            }
        }
    }

    /**
     * Something was sent once and has been acknowledged.
     *
     * @param answerNs how long after its sending
     * @param delayNs how long of that the peer has waited with the acknowledgement, as it says
     * @param unseenNs and how long either may have waited for a process, at most
     */
    public void onSample(long answerNs, long delayNs, long unseenNs) {
        sampleNs = Math.max(1, answerNs - delayNs);
        sampleUnseenNs = unseenNs;
        long leastNs = sampleNs - unseenNs;
        if (unseenNs <= Stalls.TOGETHER_MAX_NS || trip.smoothedNs == 0) {
            trip.add(sampleNs);
        } else if (leastNs > trip.smoothedNs) {
            trip.add(leastNs);
        }
        vainDoublings = 0;
        onAnswer(answerNs);
    }

    /** The answer to the first sending came so late that it was sent again in vain. */
    void onAnswer(long answerNs) {
        answer.add(answerNs);
        onProgress();
    }

    private void onProgress() {
        timeouts = 0;
        if (answer.smoothedNs > 0) {
            rtoNs = answeredNs();
        }
    }

    private long answeredNs() {
        long spreadNs = Math.max(answer.smoothedNs, 4 * answer.variationNs);
        return clamp(answer.smoothedNs + spreadNs << vainDoublings);
    }

    /**
     * What was sent again has come twice. When all is sent again before its answer comes there are
     * no samples, and what goes in vain keeps the queue that makes the answers late: wait longer,
     * until there are.
     */
    void onVain() {
        vainDoublings = Math.min(VAIN_MAX, vainDoublings + 1);
        rtoNs = Math.max(rtoNs, answeredNs());
    }

    /** Frames are cut so that they may arrive from now on: what was waited for tells nothing. */
    void onNarrowed() {
        rtoNs = RTO_INITIAL_NS;
        onProgress();
    }

    /** Something new has arrived, but the time-out only returns with a sample (RFC 6298, 5). */
    void onLateProgress() {
        timeouts = 0;
    }

    /** A time-out has passed without an answer: wait twice as long for the next. */
    public void onTimeout() {
        rtoNs = clamp(rtoNs * 2);
        timeouts++;
    }

    /** Time-outs since something was heard last. */
    int timeouts() {
        return timeouts;
    }

    private static long clamp(long valueNs) {
        return Math.min(RTO_MAX_NS, Math.max(RTO_MIN_NS, valueNs));
    }

    /** The last sample since the last call; 0 when there was none. */
    long takeSampleNs() {
        long takenNs = sampleNs;
        sampleNs = 0;
        return takenNs;
    }

    /** How long of that may have been no part of the path. */
    long sampleUnseenNs() {
        return sampleUnseenNs;
    }

    /** Nanoseconds of a round trip; 0 before the first sample. */
    public long smoothedNs() {
        return trip.smoothedNs;
    }

    /** How much round trips vary: their mean deviation (RFC 6298). */
    long variationNs() {
        return trip.variationNs;
    }

    /** The shortest round trip; 0 before the first sample. */
    long minNs() {
        return trip.minNs;
    }

    /** How long to wait for an answer before the last that was sent is sent again. */
    public long rtoNs() {
        return rtoNs;
    }

    RttStatus status() {
        return new RttStatus(trip.smoothedNs, trip.variationNs, trip.minNs, rtoNs);
    }

    /** How long after its sending a hole may be reordering rather than loss (RFC 8985, 6.2). */
    public long reorderingNs() {
        return trip.smoothedNs + trip.smoothedNs / 4;
    }

    /** How long to wait for an answer when the peer seems to wait for one, too. */
    long hastenedNs() {
        return reorderingNs() << vainDoublings;
    }
}
