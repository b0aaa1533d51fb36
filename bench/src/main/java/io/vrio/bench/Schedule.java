// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;

/**
 * What is measured, in this order: for each loss, each row, each round, each alternative.
 *
 * @param lossPercents 0 is the direct link; every other value goes through the lossy one
 * @param isPolling whether the guest polls instead of waiting for calls
 * @param alternatives the first is the reference of the ratios
 */
record Schedule(
        List<Double> lossPercents,
        List<Workload> rows,
        List<Alternative> alternatives,
        int rounds,
        double seconds,
        boolean isPolling) {
    /** Before the rounds of a row, per alternative: connections, caches and compilers warm up. */
    static final double WARM_UP_SECONDS = 1.5;

    private static final double SETTLE_SECONDS = 0.2;

    Alternative reference() {
        return alternatives.get(0);
    }

    /** Runs, warm-ups not counted. */
    int runCount() {
        return lossPercents.size() * rows.size() * alternatives.size() * rounds;
    }

    double expectedSeconds() {
        int warmUps = lossPercents.size() * rows.size() * alternatives.size();
        return runCount() * (seconds + SETTLE_SECONDS) + warmUps * WARM_UP_SECONDS;
    }
}
