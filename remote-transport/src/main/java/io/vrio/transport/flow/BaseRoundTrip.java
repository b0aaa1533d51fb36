// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/** The shortest round trip of late: what the path takes when nothing waits on it. One thread. */
final class BaseRoundTrip {
    /** What is older than one to two of these is forgotten: routes change. */
    static final long SPAN_NS = 5_000_000_000L;

    private long shortestNs = Long.MAX_VALUE;
    private long newerNs = Long.MAX_VALUE;
    private long spanBegunNs;
    private boolean hasBegun;

    void onSample(long rttNs, long nowNs) {
        if (!hasBegun || nowNs - spanBegunNs >= SPAN_NS) {
            // The first span has none before it, and an idle time proves nothing.
            shortestNs = newerNs;
            newerNs = Long.MAX_VALUE;
            spanBegunNs = nowNs;
            hasBegun = true;
        }
        newerNs = Math.min(newerNs, rttNs);
        shortestNs = Math.min(shortestNs, rttNs);
    }

    boolean isKnown() {
        return hasBegun;
    }

    /** Nanoseconds; there has been a sample. */
    long ns() {
        return shortestNs;
    }
}
