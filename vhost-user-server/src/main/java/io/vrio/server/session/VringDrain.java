// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.clock.NanoClock;

/**
 * Stops vrings and waits, without blocking, until the device has answered what is in flight there.
 * The frontend has stopped its whole machine meanwhile and knows no time limit of its own, so this
 * one does.
 */
final class VringDrain {
    private final VringSet vrings;
    private final NanoClock clock;
    private final long drainNs;
    private int first;
    private int limit;
    private boolean isUnderWay;
    private boolean hasBudget;
    private long deadlineNs;

    /**
     * @param drainNs limit: what then still is in flight is given up
     */
    VringDrain(VringSet vrings, NanoClock clock, long drainNs) {
        this.vrings = vrings;
        this.clock = clock;
        this.drainNs = drainNs;
    }

    void begin(int index) {
        begin(index, index + 1);
    }

    void beginAll() {
        begin(0, vrings.count());
    }

    private void begin(int newFirst, int newLimit) {
        first = newFirst;
        limit = newLimit;
        isUnderWay = true;
        for (int i = first; i < limit; i++) {
            vrings.beginStop(i);
        }
        long nowNs = clock.nanoTime();
        // Vrings are stopped one after the other: when the first has had to wait for an I/O host
        // that is gone, the others must not each wait as long again.
        if (!hasBudget || nowNs - deadlineNs > drainNs) {
            hasBudget = true;
            deadlineNs = nowNs + drainNs;
        }
    }

    /** A vring has been started: the next stop is a new one. */
    void renewBudget() {
        hasBudget = false;
    }

    boolean isUnderWay() {
        return isUnderWay;
    }

    /** Whether nothing is in flight any more, or the time is over. */
    boolean isDone() {
        for (int i = first; i < limit; i++) {
            if (vrings.inFlight(i) > 0) {
                return clock.nanoTime() - deadlineNs >= 0;
            }
        }
        return true;
    }

    /**
     * Ends it; what is still in flight is given up.
     *
     * @param isGuestTold whether the guest gets an I/O error for that
     * @return where the last of the vrings goes on
     */
    int finish(boolean isGuestTold) {
        isUnderWay = false;
        int base = 0;
        for (int i = first; i < limit; i++) {
            base = vrings.finishStop(i, isGuestTold);
        }
        return base;
    }

    long deadlineNs() {
        return deadlineNs;
    }
}
