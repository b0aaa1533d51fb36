// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * How long ago what is received now may have come: it waited for a process that was busy, slept, or
 * had no CPU. That is not the path's doing, and says nothing of how crowded the path is. One
 * worker.
 */
final class Stalls {
    /** Limit: who does not look for so long has not been able to, and owes no more haste. */
    static final long STALL_MIN_NS = 500_000;

    /** Limit: who looks as often as this sees what comes when it comes. */
    private static final long PROMPT_NS = 20_000;

    /** Limit: what waits longer, while its process works, waits because there is too much. */
    static final long BUSY_MAX_NS = 1_000_000;

    /** Limit: both together, at both ends; more is a stall of one of them. */
    static final long TOGETHER_MAX_NS = 2 * BUSY_MAX_NS;

    /** Limit: so long after a stall what has waited meanwhile is still being received. */
    private static final long DOUBT_MAX_NS = 10_000_000;

    private long lookedNs;
    private long emptyNs;
    private long stalledNs;
    private long doubtUntilNs;

    Stalls(long nowNs) {
        lookedNs = nowNs;
        emptyNs = nowNs;
        doubtUntilNs = nowNs;
    }

    /** Something has been received; returns how long ago it may have come. */
    long onReceive(long nowNs) {
        look(nowNs);
        if (nowNs - doubtUntilNs < 0) {
            return nowNs - stalledNs;
        }
        long busyNs = nowNs - emptyNs;
        return busyNs <= PROMPT_NS ? 0 : Math.min(BUSY_MAX_NS, busyNs);
    }

    /** Nothing more waits, or enough has been received in this duty cycle. */
    void onEnd(long nowNs) {
        look(nowNs);
        emptyNs = nowNs;
        doubtUntilNs = nowNs;
    }

    private void look(long nowNs) {
        long gapNs = nowNs - lookedNs;
        if (gapNs >= STALL_MIN_NS) {
            if (nowNs - doubtUntilNs >= 0) {
                stalledNs = lookedNs;
            }
            doubtUntilNs = nowNs + Math.min(gapNs, DOUBT_MAX_NS);
        }
        lookedNs = nowNs;
    }
}
