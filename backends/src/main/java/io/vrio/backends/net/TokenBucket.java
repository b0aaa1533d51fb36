// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

/**
 * Lets a port do a thing so many times per second, and a burst of it. Full at first. Owned by its
 * port; one worker.
 */
final class TokenBucket {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final long burst;
    private final long costNs;

    /** How much of the burst has been used, as the time in which it is given back. */
    private long debtNs;

    private long lastNs;

    /**
     * @param perSecond tokens that are given back, 1 to 1,000,000,000
     * @param burst tokens that can be taken at once
     */
    TokenBucket(int perSecond, int burst, long nowNs) {
        this.burst = burst;
        costNs = NS_PER_SECOND / perSecond;
        lastNs = nowNs;
    }

    /** Takes {@code count} tokens, at most a burst, or none. */
    boolean take(int count, long nowNs) {
        long elapsedNs = nowNs - lastNs;
        lastNs = nowNs;
        debtNs = Math.max(0, debtNs - elapsedNs);
        if (count * costNs > burst * costNs - debtNs) {
            return false;
        }
        debtNs += count * costNs;
        return true;
    }
}
