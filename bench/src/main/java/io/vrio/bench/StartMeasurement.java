// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One start and the load after it, as it stands in the JSON file.
 *
 * @param rates requests per second in each tenth of a second after the guest has connected
 * @param firstSecond requests per second in the first second
 * @param steady requests per second in the last {@link #STEADY_SECONDS}
 */
record StartMeasurement(
        String alternative,
        String row,
        int round,
        List<DaemonStart> daemons,
        List<Double> rates,
        double firstSecond,
        double steady,
        double firstP999Us,
        double steadyP999Us,
        long errorCount) {
    static final int SLICES_PER_SECOND = 10;
    static final int STEADY_SECONDS = 3;

    static StartMeasurement of(
            Alternative who,
            Workload row,
            int round,
            List<DaemonStart> daemons,
            List<LoadResult> slices) {
        List<LoadResult> first = slices.subList(0, SLICES_PER_SECOND);
        int steadyCount = STEADY_SECONDS * SLICES_PER_SECOND;
        List<LoadResult> last = slices.subList(slices.size() - steadyCount, slices.size());
        return new StartMeasurement(
                who.title(),
                row.name(),
                round,
                daemons,
                slices.stream().map(LoadResult::requestsPerSecond).toList(),
                rate(first),
                rate(last),
                p999Us(first),
                p999Us(last),
                slices.stream().mapToLong(LoadResult::errorCount).sum());
    }

    private static double rate(List<LoadResult> slices) {
        double requests = slices.stream().mapToLong(LoadResult::requestCount).sum();
        return requests * 1e9 / slices.stream().mapToLong(LoadResult::elapsedNs).sum();
    }

    private static double p999Us(List<LoadResult> slices) {
        Histogram all = slices.get(0).latenciesNs().copy();
        slices.stream().skip(1).forEach(slice -> all.add(slice.latenciesNs()));
        return all.getValueAtPercentile(99.9) / 1e3;
    }

    DaemonStart daemon(String role) {
        return daemons.stream()
                .filter(daemon -> daemon.role().equals(role))
                .findFirst()
                .orElseThrow();
    }

    /** How often the steady rate is that of the first second. */
    double slowdown() {
        return steady / firstSecond;
    }

    /** The rate in a tenth of a second, of the steady one. */
    double share(int slice) {
        return rates.get(slice) / steady;
    }
}
