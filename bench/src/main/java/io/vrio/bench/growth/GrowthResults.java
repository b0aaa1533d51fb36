// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** All that was measured, to be asked for spreads, and what is wanted of it. */
record GrowthResults(Map<String, String> environment, List<GrowthRun> runs) {
    /** What a figure may be worse by, from one size to another, without being called worse. */
    private static final double NOISE = 1.1;

    private static final double KIB_PER_DEVICE_MAX = 1024;

    private Stream<GrowthRun> runs(Growth growth, int size) {
        return runs.stream()
                .filter(run -> run.growth().equals(growth.title()))
                .filter(run -> run.size() == size);
    }

    /** The sizes that were measured. */
    List<Integer> sizes(Growth growth) {
        return growth.sizes().stream()
                .filter(size -> runs(growth, size).findAny().isPresent())
                .toList();
    }

    Spread spread(Growth growth, int size, ToDoubleFunction<GrowthRun> value) {
        return Spread.of(runs(growth, size).mapToDouble(value));
    }

    /** What each device beyond the first has cost, in each round. */
    Spread kibPerDevice(ToLongFunction<GrowthRun> kib) {
        List<Integer> sizes = sizes(Growth.DEVICES);
        int first = sizes.get(0);
        int last = sizes.get(sizes.size() - 1);
        int added = last - first;
        return Spread.of(
                runs(Growth.DEVICES, last)
                        .flatMapToDouble(
                                run ->
                                        runs(Growth.DEVICES, first)
                                                .filter(other -> other.round() == run.round())
                                                .mapToLong(kib)
                                                .mapToDouble(
                                                        before ->
                                                                (kib.applyAsLong(run) - before)
                                                                        / (double) added)));
    }

    /** One line for each thing that is wanted, by the medians of the rounds. */
    List<String> verdicts() {
        List<String> lines = new ArrayList<>();
        for (Growth growth : Growth.values()) {
            if (sizes(growth).size() > 1) {
                lines.add(rateVerdict(growth));
            }
        }
        if (sizes(Growth.DEPTH).size() > 1) {
            lines.add(latencyVerdict("p50", GrowthRun::p50Us));
            lines.add(latencyVerdict("p99", GrowthRun::p99Us));
        }
        if (sizes(Growth.DEVICES).size() > 1) {
            lines.add(memoryVerdict("server", run -> run.server().ownKib()));
            lines.add(memoryVerdict("IOhyp", run -> run.iohyp().ownKib()));
        }
        return lines;
    }

    /** Each rate against the best of the smaller sizes. */
    private String rateVerdict(Growth growth) {
        double best = 0;
        double worstShare = Double.MAX_VALUE;
        int worstSize = 0;
        for (int size : sizes(growth)) {
            double rate = spread(growth, size, GrowthRun::requestsPerSecond).median();
            if (best > 0 && rate / best < worstShare) {
                worstShare = rate / best;
                worstSize = size;
            }
            best = Math.max(best, rate);
        }
        return verdict(
                worstShare >= 1 / NOISE,
                "rate with more %s: at worst %.2f of the best before, at %d; wanted no fall",
                growth.title(),
                worstShare,
                worstSize);
    }

    /** Each step of the latency against that of the queue. */
    private String latencyVerdict(String name, ToDoubleFunction<GrowthRun> value) {
        List<Integer> depths = sizes(Growth.DEPTH);
        double worst = 0;
        int worstDepth = 0;
        for (int i = 1; i < depths.size(); i++) {
            double before = spread(Growth.DEPTH, depths.get(i - 1), value).median();
            double after = spread(Growth.DEPTH, depths.get(i), value).median();
            double deeper = (double) depths.get(i) / depths.get(i - 1);
            if (after / before / deeper > worst) {
                worst = after / before / deeper;
                worstDepth = depths.get(i);
            }
        }
        return verdict(
                worst <= NOISE,
                "%s with deeper queues: at worst %.2f times the queue's growth, at %d; wanted at"
                        + " most 1",
                name,
                worst,
                worstDepth);
    }

    private String memoryVerdict(String daemon, ToLongFunction<GrowthRun> kib) {
        double median = kibPerDevice(kib).median();
        return verdict(
                median < KIB_PER_DEVICE_MAX,
                "memory of the %s: %.0f KiB per device, wanted under %.0f KiB",
                daemon,
                median,
                KIB_PER_DEVICE_MAX);
    }

    private static String verdict(boolean isReached, String format, Object... arguments) {
        String text = String.format(Locale.ROOT, format, arguments);
        return (isReached ? "reached  " : "MISSED   ") + text;
    }
}
