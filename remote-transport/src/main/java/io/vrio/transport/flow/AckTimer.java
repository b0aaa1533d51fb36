// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;

/**
 * Decides when received super-frames must be acknowledged by a frame of their own, because no data
 * went back in time. One thread.
 */
final class AckTimer {
    /** How long an acknowledgement may wait for data to ride on; part of the peer's RTO. */
    static final long DELAY_MAX_NS = 200_000;

    /** Limit: bytes after which the peer's buffers are freed without waiting. */
    static final long BYTES_MAX = 256 << 10;

    /** Limit: the peer is not told of holes more often; each frame's pieces come one by one. */
    static final long INTERVAL_MIN_NS = 50_000;

    private final RttEstimator rtt;

    private long deadlineNs = Agent.NO_DEADLINE;
    private long lastHastenedNs;
    private boolean wasHastened;
    private long newestNs;
    private long unacknowledged;
    private boolean hasComeTwice;
    private long unseenNs;
    private long newestUnseenNs;

    /**
     * @param rtt of the path to the peer and back
     */
    AckTimer(RttEstimator rtt) {
        this.rtt = rtt;
    }

    /** What comes now may have come so long ago. */
    void unseenNs(long ns) {
        unseenNs = ns;
    }

    private void onNewest(long nowNs) {
        newestNs = nowNs;
        newestUnseenNs = unseenNs;
    }

    /** A frame that wants an acknowledgement has come. */
    void onReceive(long nowNs, int length) {
        onNewest(nowNs);
        if (deadlineNs == Agent.NO_DEADLINE) {
            deadlineNs = nowNs + DELAY_MAX_NS;
        }
        unacknowledged += length;
        if (unacknowledged >= BYTES_MAX) {
            deadlineNs = nowNs;
        }
    }

    /** A frame has come that is never sent again: only the credit that it took is wanted back. */
    void onReceiveUnreliable(long nowNs, int length) {
        unacknowledged += length;
        if (unacknowledged >= BYTES_MAX && deadlineNs == Agent.NO_DEADLINE) {
            onNewest(nowNs);
            deadlineNs = nowNs;
        }
    }

    /** The peer has sent again what we had. */
    void onTwice() {
        hasComeTwice = true;
    }

    /** Whether that is to be told. */
    boolean takeTwice() {
        boolean isTaken = hasComeTwice;
        hasComeTwice = false;
        return isTaken;
    }

    /** A hole or a duplicate was seen: the peer must know at once. */
    void hasten(long nowNs) {
        if (deadlineNs == Agent.NO_DEADLINE) {
            onNewest(nowNs);
        }
        long dueNs = nowNs;
        long intervalNs = intervalNs();
        if (wasHastened && nowNs - lastHastenedNs < intervalNs) {
            dueNs = lastHastenedNs + intervalNs;
        } else {
            wasHastened = true;
            lastHastenedNs = nowNs;
        }
        if (deadlineNs == Agent.NO_DEADLINE || dueNs - deadlineNs < 0) {
            deadlineNs = dueNs;
        }
    }

    /** Once in a round trip is enough for the peer, and each time wakes it. */
    private long intervalNs() {
        return Math.min(DELAY_MAX_NS, Math.max(INTERVAL_MIN_NS, rtt.smoothedNs()));
    }

    /** Some frame has carried the acknowledgement. */
    void onAcknowledged() {
        deadlineNs = Agent.NO_DEADLINE;
        unacknowledged = 0;
    }

    boolean isDue(long nowNs) {
        return deadlineNs != Agent.NO_DEADLINE && deadlineNs - nowNs <= 0;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** How long the newest unacknowledged frame has waited; the peer takes it off its sample. */
    long delayNs(long nowNs) {
        return deadlineNs == Agent.NO_DEADLINE ? 0 : Math.max(0, nowNs - newestNs);
    }

    /** How long before it was received that frame may have come. */
    long newestUnseenNs() {
        return deadlineNs == Agent.NO_DEADLINE ? 0 : newestUnseenNs;
    }
}
