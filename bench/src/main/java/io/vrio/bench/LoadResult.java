// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import org.HdrHistogram.Histogram;

/**
 * What one run of a workload came to.
 *
 * @param errorCount requests that ended with another status than OK
 * @param latenciesNs of all requests counted
 */
record LoadResult(
        long elapsedNs, long requestCount, long bytes, long errorCount, Histogram latenciesNs) {
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1e3;

    double requestsPerSecond() {
        return requestCount * NS_PER_S / elapsedNs;
    }

    /** Decimal megabytes. */
    double megabytesPerSecond() {
        return bytes / 1e6 * NS_PER_S / elapsedNs;
    }

    double percentileUs(double percentile) {
        return latenciesNs.getValueAtPercentile(percentile) / NS_PER_US;
    }
}
