// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;

/** How many bytes may be sent now, so that the path to the peer is not crowded. One thread. */
final class CongestionControl {
    /**
     * Limit: bytes that small messages may have in flight beyond the window, and without waiting
     * for their time: large ones pay for it.
     */
    static final int SMALL_ROOM = 16 << 10;

    private final CongestionWindow window = new CongestionWindow();
    private final RttEstimator rtt;
    private final RetransmitQueue retransmits;
    private final Pacer pacer;
    private boolean isWaitingForTime;

    CongestionControl(RttEstimator rtt, RetransmitQueue retransmits) {
        this.rtt = rtt;
        this.retransmits = retransmits;
        pacer = new Pacer(window, rtt);
    }

    /**
     * The queue has learnt from a header what arrived.
     *
     * @param flightBytes before that
     * @param next sequence that will be sent
     */
    void onAcknowledgement(long flightBytes, long next, long nowNs) {
        long sampleNs = rtt.takeSampleNs();
        if (sampleNs > 0) {
            window.onSample(sampleNs, rtt.sampleUnseenNs(), rtt.variationNs(), nowNs);
        }
        long progress = flightBytes - retransmits.flightBytes();
        if (progress > 0) {
            long highest = retransmits.highestAcked();
            window.onAcknowledged(progress, flightBytes, highest, next, nowNs);
        }
    }

    /** Bytes of a super-frame that begins with a small message; too few when it must wait. */
    long smallMax() {
        long left = window.bytes() + SMALL_ROOM - retransmits.flightBytes();
        if (left < SMALL_ROOM) {
            window.onBlocked();
        }
        return left;
    }

    /** Bytes of a super-frame with large messages; 0 when they must wait. */
    long largeMax(long nowNs) {
        isWaitingForTime = !pacer.mayMore(nowNs);
        long flightBytes = retransmits.flightBytes();
        // Whatever the window is, something is sent in the end, and tells how the path is.
        long leastMax = flightBytes == 0 ? CongestionWindow.FRAME_MIN : 0;
        long left = Math.max(leastMax, window.bytes() - flightBytes);
        if (isWaitingForTime || left < CongestionWindow.FRAME_MIN) {
            window.onBlocked();
            return 0;
        }
        return Math.min(left, window.frameMax());
    }

    void onSend(long bytes, long lastSentNs, long nowNs) {
        window.onSend(lastSentNs, retransmits.flightBytes(), nowNs);
        pacer.onSend(bytes, nowNs);
    }

    /** Whether what was lost may be sent again now. */
    boolean mayResend(long nowNs) {
        return pacer.mayMore(nowNs);
    }

    /** What came later showed that so many bytes were lost, and they have been sent again. */
    void onLost(long bytes, long nowNs) {
        window.onLost(bytes);
        pacer.onSend(bytes, nowNs);
    }

    /** Nothing was heard of something that was sent. */
    void onTimeout(long nowNs) {
        window.onTimeout(rtt.rtoNs(), nowNs);
    }

    /** When something may be sent that had to wait for its time, or {@code NO_DEADLINE}. */
    long deadlineNs() {
        return isWaitingForTime ? pacer.dueNs() : Agent.NO_DEADLINE;
    }

    /** When what is due at some time may be sent again. */
    long resendNs(long dueNs) {
        boolean isPaced = dueNs != Agent.NO_DEADLINE && pacer.hasSent();
        return isPaced && pacer.dueNs() - dueNs > 0 ? pacer.dueNs() : dueNs;
    }

    CongestionStatus status() {
        return new CongestionStatus(window.bytes(), pacer.bytesPerSecond(), window.baseNs());
    }
}
