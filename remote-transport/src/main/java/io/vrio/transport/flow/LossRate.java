// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * How many of the segments that were sent lately had to be sent again, and how long super-frames
 * may be for that: all of one waits for the one segment that it misses, but each costs system calls
 * and wake-ups at both ends. One worker.
 */
final class LossRate {
    /** So many segments sent are remembered, half of them for long. */
    private static final int WINDOW = 4096;

    /** Of so many super-frames, one may miss a segment. */
    private static final int FRAMES_PER_LOSS = 4;

    /** Limit: shorter ones cost more than they save. */
    private static final int SEGMENTS_MIN = 16;

    private int sent = WINDOW / 2;
    private int lost;

    void onSend(int segments) {
        sent += segments;
        if (sent >= WINDOW) {
            sent /= 2;
            lost /= 2;
        }
    }

    void onLoss(int segments) {
        lost += segments;
    }

    /** Segments that a super-frame should have at most. */
    int segmentsMax() {
        return lost == 0
                ? Integer.MAX_VALUE
                : Math.max(SEGMENTS_MIN, sent / (FRAMES_PER_LOSS * lost));
    }
}
