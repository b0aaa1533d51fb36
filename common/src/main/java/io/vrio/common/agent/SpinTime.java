// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/**
 * How long a worker goes on polling after its last work. Grows while work comes soon after the
 * worker has blocked, for a wake-up costs more than that; shrinks while it comes so late that
 * polling was in vain. The rule of KVM's halt polling. One worker.
 */
final class SpinTime {
    /** Limit: less would not be worth the look at the clock. */
    private static final long MIN_NS = 10_000;

    private final long maxNs;
    private final long minNs;
    private long ns;

    /**
     * @param maxNs 0 or more; never longer than this
     */
    SpinTime(long maxNs) {
        this.maxNs = maxNs;
        minNs = Math.min(MIN_NS, maxNs);
        ns = minNs;
    }

    long ns() {
        return ns;
    }

    /** Work has come {@code idleNs} after the last. */
    void onWork(long idleNs) {
        if (idleNs >= maxNs) {
            ns = Math.max(minNs, ns / 2);
        } else if (idleNs >= ns) {
            ns = Math.min(maxNs, ns * 2);
        }
    }
}
