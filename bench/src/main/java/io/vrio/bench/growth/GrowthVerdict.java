// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * One thing that is wanted of growth, judged by the median of the rounds, as it stands in the JSON
 * file. Stated, never asserted.
 *
 * @param found at the worst step, of each round by itself
 * @param unit what {@code found} is
 * @param step from which size to which it is worst
 */
record GrowthVerdict(String wanted, Spread found, String unit, String step, boolean reached) {
    /** What a figure may be worse by, from one size to another, without being called worse. */
    private static final double NOISE = 1.1;

    private static final double KIB_PER_DEVICE_MAX = 1024;

    static final String HEAD =
            "| wanted, up to 10 % worse being noise | found, min / median / max of the rounds"
                    + " | at the worst step | by the median |\n|---|---|---|---|";

    /** From one size to another. */
    private record Step(int from, int to, Spread found) {
        private String text() {
            return from + " to " + to;
        }
    }

    /** One for each thing that is wanted of what was measured. */
    static List<GrowthVerdict> of(GrowthResults results) {
        List<GrowthVerdict> all = new ArrayList<>();
        for (Growth growth : Growth.values()) {
            if (results.sizes(growth).size() > 1) {
                all.add(ofRate(results, growth));
            }
        }
        if (results.sizes(Growth.DEPTH).size() > 1) {
            all.add(ofLatency(results, "p50", GrowthRun::p50Us));
            all.add(ofLatency(results, "p99", GrowthRun::p99Us));
        }
        if (results.sizes(Growth.DEVICES).size() > 1) {
            all.add(ofMemory(results, "server", run -> run.server().ownKib()));
            all.add(ofMemory(results, "IOhyp", run -> run.iohyp().ownKib()));
        }
        return all;
    }

    /** Each rate by the best of the smaller sizes. */
    private static GrowthVerdict ofRate(GrowthResults results, Growth growth) {
        List<Integer> sizes = results.sizes(growth);
        List<Step> steps = new ArrayList<>();
        int best = sizes.get(0);
        for (int size : sizes.subList(1, sizes.size())) {
            steps.add(
                    new Step(
                            best,
                            size,
                            results.ratio(growth, best, size, GrowthRun::requestsPerSecond)));
            if (rate(results, growth, size) > rate(results, growth, best)) {
                best = size;
            }
        }
        Step worst = steps.stream().min(Comparator.comparing(step -> step.found().median())).get();
        return new GrowthVerdict(
                "no fall of the rate with " + growth.wanted(),
                worst.found(),
                "of the best rate before",
                worst.text(),
                worst.found().median() >= 1 / NOISE);
    }

    private static double rate(GrowthResults results, Growth growth, int size) {
        return results.spread(growth, size, GrowthRun::requestsPerSecond).median();
    }

    /** Each step of the latency by that of the queue. */
    private static GrowthVerdict ofLatency(
            GrowthResults results, String name, ToDoubleFunction<GrowthRun> value) {
        List<Integer> depths = results.sizes(Growth.DEPTH);
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < depths.size(); i++) {
            int from = depths.get(i - 1);
            int to = depths.get(i);
            double deeper = (double) to / from;
            Spread ratio = results.ratio(Growth.DEPTH, from, to, value);
            steps.add(
                    new Step(
                            from,
                            to,
                            new Spread(
                                    ratio.min() / deeper,
                                    ratio.median() / deeper,
                                    ratio.max() / deeper)));
        }
        Step worst = steps.stream().max(Comparator.comparing(step -> step.found().median())).get();
        return new GrowthVerdict(
                name + " grows no faster than the queue",
                worst.found(),
                "times as fast",
                worst.text(),
                worst.found().median() <= NOISE);
    }

    private static GrowthVerdict ofMemory(
            GrowthResults results, String daemon, ToLongFunction<GrowthRun> kib) {
        List<Integer> sizes = results.sizes(Growth.DEVICES);
        Spread found = results.kibPerDevice(kib);
        return new GrowthVerdict(
                "memory of a device in the " + daemon + " under 1 MiB",
                found,
                "KiB",
                new Step(sizes.get(0), sizes.get(sizes.size() - 1), found).text(),
                found.median() < KIB_PER_DEVICE_MAX);
    }

    /** A row of a table in Markdown. */
    String text() {
        String format = unit.equals("KiB") ? "%.0f" : "%.2f";
        return "| %s | %s %s | %s | %s |"
                .formatted(
                        wanted,
                        found.format(format),
                        unit,
                        step,
                        reached ? "reached" : "**missed**");
    }
}
