// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.clock;

/** A clock that moves only when told to. For tests and the simulation; one thread. */
public final class ManualClock implements NanoClock {
    private long nowNs;

    public ManualClock(long startNs) {
        nowNs = startNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    /** Moves the clock forward by {@code stepNs}, 0 or more. */
    public void advance(long stepNs) {
        if (stepNs < 0) {
            throw new IllegalArgumentException("time does not run backwards: " + stepNs);
        }
        nowNs += stepNs;
    }
}
