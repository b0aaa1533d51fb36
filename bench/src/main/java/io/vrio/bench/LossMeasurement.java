// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.HdrHistogram.Histogram;

/**
 * One run at one rate of loss, as it stands in the JSON file.
 *
 * @param resends what was sent again meanwhile
 * @param latenciesNs of all requests, for percentiles over several runs
 */
record LossMeasurement(
        double lossPercent,
        String row,
        String alternative,
        int round,
        double requestsPerSecond,
        double p50Us,
        double p99Us,
        double p999Us,
        double p9999Us,
        double maxUs,
        long requestCount,
        long errorCount,
        Resends resends,
        @JsonIgnore Histogram latenciesNs) {

    static LossMeasurement of(
            double lossPercent, Workload row, Alternative who, int round, Observed observed) {
        LoadResult result = observed.result();
        return new LossMeasurement(
                lossPercent,
                row.name(),
                who.title(),
                round,
                result.requestsPerSecond(),
                result.percentileUs(50),
                result.percentileUs(99),
                result.percentileUs(99.9),
                result.percentileUs(99.99),
                result.percentileUs(100),
                result.requestCount(),
                result.errorCount(),
                observed.resends(),
                result.latenciesNs());
    }

    /** What a run came to, and what was sent again for it. */
    record Observed(LoadResult result, Resends resends) {}
}
