// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * How far a server has come with its IOhyp, when it goes on, and why it had to begin again. Waits
 * longer from attempt to attempt until one succeeds. One worker.
 */
final class PeerProgress {
    private static final long MS = 1_000_000L;
    static final long RETRY_MIN_NS = 50 * MS;
    static final long RETRY_MAX_NS = 1000 * MS;
    static final long REFUSED_RETRY_NS = 10_000 * MS;

    /** Limit: a step that takes longer has failed. */
    static final long STEP_TIMEOUT_NS = 3000 * MS;

    private final PeerJournal journal = new PeerJournal();
    private PeerState state = PeerState.WAITING;
    private long sinceNs;
    private long stepNs;
    private long retryNs = RETRY_MIN_NS;
    private String reason;
    private String loggedReason;
    private boolean isTurnedAway;

    /** Who forges refusals must not fill the log by changing his mind. */
    private final LogLimit logLimit = new LogLimit();

    PeerProgress(long nowNs) {
        sinceNs = nowNs;
        stepNs = nowNs;
    }

    /** What happened to the peer. */
    PeerJournal journal() {
        return journal;
    }

    PeerState state() {
        return state;
    }

    boolean isEstablished() {
        return state == PeerState.ESTABLISHED;
    }

    /** Whether the ends are proving to each other that they have the key. */
    boolean isKeying() {
        return state == PeerState.KEYING;
    }

    /** When the present state began. */
    long sinceNs() {
        return sinceNs;
    }

    /** When the next step is due. */
    long stepNs() {
        return stepNs;
    }

    /** Why the association was lost, or null while there is one. */
    String reason() {
        return reason;
    }

    boolean isStepDue(long nowNs) {
        return stepNs - nowNs <= 0;
    }

    /** Whether what came back of the last attempt has ended it, not silence. */
    boolean isTurnedAway() {
        return isTurnedAway;
    }

    /** Whether the present state has lasted longer than a step may. */
    boolean isOverdue(long nowNs) {
        return nowNs - sinceNs >= STEP_TIMEOUT_NS;
    }

    /** The first step in the new state is due at once. */
    void enter(PeerState newState, long nowNs) {
        state = newState;
        sinceNs = nowNs;
        stepNs = nowNs;
    }

    /** The next step is due after a time. */
    void pause(long nowNs, long timeNs) {
        stepNs = nowNs + timeNs;
    }

    /** The next step is due after a time, or sooner if it was before. */
    void hasten(long nowNs, long timeNs) {
        if (nowNs + timeNs - stepNs < 0) {
            stepNs = nowNs + timeNs;
        }
    }

    void establish(long nowNs) {
        enter(PeerState.ESTABLISHED, nowNs);
        retryNs = RETRY_MIN_NS;
        reason = null;
        isTurnedAway = false;
        loggedReason = null;
        logLimit.clear();
    }

    /**
     * Begins again after a while.
     *
     * @return whether the reason is another one than last time, and was not one in the last minute
     */
    boolean lose(String why, long nowNs) {
        journal.note(
                isEstablished() ? PeerEventKind.LOST : PeerEventKind.ATTEMPT_FAILED, why, nowNs);
        boolean isNews = !why.equals(loggedReason) && logLimit.mayLog(why, nowNs);
        reason = why;
        isTurnedAway = !isOverdue(nowNs);
        loggedReason = why;
        enter(PeerState.WAITING, nowNs);
        pause(nowNs, retryNs);
        retryNs = Math.min(RETRY_MAX_NS, retryNs * 2);
        return isNews;
    }

    /** What it was lost for lasts until an operator acts. */
    void refuse(long nowNs) {
        enter(PeerState.REFUSED, nowNs);
        pause(nowNs, REFUSED_RETRY_NS);
    }
}
