// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.transport.flow.Association;

/** Whether the IOhyp still lives and takes what it is sent, and when it is asked. One worker. */
final class KeepAlive {
    private static final long MS = 1_000_000L;

    /** So long after the last frame the peer is asked for one. */
    static final long INTERVAL_NS = 1000 * MS;

    private final long timeoutNs;

    /**
     * @param timeoutNs a peer that is silent for so long is dead
     */
    KeepAlive(long timeoutNs) {
        this.timeoutNs = timeoutNs;
    }

    /** Why the association must end now, or null while it may stay. */
    String endReason(Association association, ControlChannel control, long nowNs) {
        if (association.isAbandoned(nowNs)) {
            return LossReason.BROKEN_OFF;
        }
        if (nowNs - association.lastHeardNs() >= timeoutNs) {
            return LossReason.silent(timeoutNs / MS);
        }
        if (control.isOverrun()) {
            return LossReason.TAKES_NOTHING;
        }
        return association.isDeaf(nowNs, timeoutNs) ? LossReason.DEAF : null;
    }

    boolean isProbeDue(Association association, ControlChannel control, long nowNs) {
        return nowNs - association.lastSentNs() >= INTERVAL_NS && !control.isWaiting();
    }

    /** When to look again. */
    long deadlineNs(Association association, ControlChannel control) {
        // A probe under way leaves nothing to do before the peer counts as dead.
        long aliveNs =
                control.isWaiting()
                        ? association.lastHeardNs() + timeoutNs
                        : association.lastSentNs() + INTERVAL_NS;
        long suspicionNs = association.suspicionNs();
        return suspicionNs != Agent.NO_DEADLINE && suspicionNs - aliveNs < 0
                ? suspicionNs
                : aliveNs;
    }
}
