// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;

/**
 * Somebody who may be a stranger has said that the peer is gone: it is believed only when the peer
 * itself says nothing for a while. Who can forge frames but not stop them so ends nothing. One
 * worker.
 */
public final class Suspicion {
    /** Limit: a living peer answers a probe, sent again some times, within this. */
    public static final long TIME_NS = 250_000_000L;

    private boolean isRaised;
    private long sinceNs;

    /** The first time counts. */
    public void raise(long nowNs) {
        if (!isRaised) {
            isRaised = true;
            sinceNs = nowNs;
        }
    }

    /** The peer has said something that only it can say. */
    public void clear() {
        isRaised = false;
    }

    public boolean isRaised() {
        return isRaised;
    }

    public boolean isConfirmed(long nowNs) {
        return isRaised && nowNs - sinceNs >= TIME_NS;
    }

    /** When {@link #isConfirmed} must be asked, or {@code NO_DEADLINE}. */
    long deadlineNs() {
        return isRaised ? sinceNs + TIME_NS : Agent.NO_DEADLINE;
    }
}
