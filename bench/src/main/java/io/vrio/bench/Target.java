// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A figure that this system wants to reach against a reference, judged by the median of the pairs.
 * Stated, never asserted. What is measured but not judged is stated as well, with the reason.
 */
record Target(
        Comparison comparison,
        String name,
        double lossPercent,
        String row,
        Figure figure,
        double limit) {
    private static final long MEMORY_MAX_KIB = 300 << 10;

    private static final String WHY_NOT_CPU =
            "only 4 KiB at depth 32 are judged: at depth 1 the polling for the next request is"
                    + " counted too, and nothing is wanted of longer requests";

    private static final String WHY_NOT_LATENCY =
            "only 4 KiB at depth 1 are judged: the paper whose figure it is compares a closed loop"
                    + " of one request";

    /** What of a run is compared. */
    enum Figure {
        RATE("requests/s", Measurement::requestsPerSecond, true),
        LATENCY("p50 latency", Measurement::p50Us, false),
        /** Of the whole machine: what the kernel does for either side counts. */
        CPU("CPU time per request", Measurement::machineCpuUs, false);

        private final String title;
        private final ToDoubleFunction<Measurement> value;
        private final boolean isMoreBetter;

        Figure(String title, ToDoubleFunction<Measurement> value, boolean isMoreBetter) {
            this.title = title;
            this.value = value;
            this.isMoreBetter = isMoreBetter;
        }
    }

    /** Who is measured against whom. */
    enum Comparison {
        WITH_NBD(Alternative.VRIO, Alternative.QSD_NBDKIT),
        WITH_NO_KEY(Alternative.VRIO_SEALED, Alternative.VRIO),
        WITH_NO_NETWORK(Alternative.VRIO, Alternative.VRIO_LOCAL),
        XDP_WITH_NO_NETWORK(Alternative.VRIO_XDP, Alternative.VRIO_LOCAL);

        private final String ours;
        private final String reference;

        Comparison(Alternative ours, Alternative reference) {
            this.ours = ours.title();
            this.reference = reference.title();
        }
    }

    static final List<Target> ALL =
            Stream.concat(
                            Stream.of(
                                    local("4 KiB read, depth 1, remote", "rr4k-q1"),
                                    local("4 KiB write, depth 1, remote", "rw4k-q1"),
                                    localXdp("4 KiB read, depth 1, remote by AF_XDP", "rr4k-q1"),
                                    localXdp("4 KiB write, depth 1, remote by AF_XDP", "rw4k-q1"),
                                    latency("4 KiB read, depth 1", "rr4k-q1", 0.6),
                                    latency("4 KiB write, depth 1", "rw4k-q1", 0.6),
                                    requests("4 KiB read, depth 1", 0, "rr4k-q1", 3),
                                    requests("4 KiB write, depth 1", 0, "rw4k-q1", 3),
                                    requests("4 KiB read, depth 32", 0, "rr4k-q32", 4),
                                    requests("4 KiB write, depth 32", 0, "rw4k-q32", 8),
                                    cpu("4 KiB read, depth 32", "rr4k-q32"),
                                    cpu("4 KiB write, depth 32", "rw4k-q32"),
                                    requests("1 MiB sequential read", 0, "sr1m-q4", 2),
                                    requests("1 MiB sequential write", 0, "sw1m-q4", 2),
                                    requests("1% loss, 4 KiB read, depth 1", 1, "rr4k-q1", 20),
                                    requests("1% loss, 4 KiB write, depth 1", 1, "rw4k-q1", 20)),
                            Workload.ALL.stream().flatMap(row -> withKeys(row.name())))
                    .toList();

    private static Target requests(String name, double lossPercent, String row, double limit) {
        return new Target(Comparison.WITH_NBD, name, lossPercent, row, Figure.RATE, limit);
    }

    private static Target latency(String name, String row, double limit) {
        return new Target(Comparison.WITH_NBD, name, 0, row, Figure.LATENCY, limit);
    }

    private static Target cpu(String name, String row) {
        return new Target(Comparison.WITH_NBD, name, 0, row, Figure.CPU, 0.35);
    }

    /** What the way to another host may cost. */
    private static Target local(String name, String row) {
        return new Target(Comparison.WITH_NO_NETWORK, name, 0, row, Figure.LATENCY, 2.2);
    }

    private static Target localXdp(String name, String row) {
        return new Target(Comparison.XDP_WITH_NO_NETWORK, name, 0, row, Figure.LATENCY, 2.2);
    }

    /** What keys may cost. */
    private static Stream<Target> withKeys(String row) {
        Comparison comparison = Comparison.WITH_NO_KEY;
        String name = row + " with a key";
        return Stream.of(
                new Target(comparison, name, 0, row, Figure.RATE, 0.6),
                new Target(comparison, name, 0, row, Figure.LATENCY, 1.25));
    }

    /** One line per target that was measured. */
    static List<String> judgeAll(Results results) {
        List<String> lines = new ArrayList<>();
        for (Target target : ALL) {
            if (target.isMeasured(results)) {
                lines.add(target.judge(results));
            }
        }
        lines.addAll(unjudged(results, Comparison.WITH_NBD, Figure.CPU, WHY_NOT_CPU));
        for (Comparison comparison :
                List.of(Comparison.WITH_NO_NETWORK, Comparison.XDP_WITH_NO_NETWORK)) {
            lines.addAll(unjudged(results, comparison, Figure.LATENCY, WHY_NOT_LATENCY));
        }
        for (DaemonMemory memory : results.memory()) {
            boolean isOurs = memory.alternative().equals(Alternative.VRIO.title());
            if (isOurs && memory.lossPercent() == 0) {
                lines.add(judgeMemory(memory));
            }
        }
        return lines;
    }

    private boolean isMeasured(Results results) {
        return results.reference().equals(comparison.reference)
                && results.has(lossPercent, row, comparison.ours);
    }

    /** One line for all rows without loss of which nobody wants this figure; empty for none. */
    private static List<String> unjudged(
            Results results, Comparison comparison, Figure figure, String reason) {
        Set<String> judged =
                ALL.stream()
                        .filter(target -> target.comparison == comparison)
                        .filter(target -> target.figure == figure)
                        .map(Target::row)
                        .collect(Collectors.toSet());
        String ratios =
                results.measurements().stream()
                        .map(Measurement::row)
                        .distinct()
                        .filter(row -> !judged.contains(row))
                        .map(row -> new Target(comparison, row, 0, row, figure, Double.NaN))
                        .filter(target -> target.isMeasured(results))
                        .map(
                                target ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.2fx",
                                                target.row,
                                                target.ratio(results)))
                        .collect(Collectors.joining(", "));
        if (ratios.isEmpty()) {
            return List.of();
        }
        return List.of(
                String.format(
                        "shown    %s, the reference's %s: %s; not judged: %s",
                        comparison.ours, figure.title, ratios, reason));
    }

    private double ratio(Results results) {
        return results.ratio(lossPercent, row, comparison.ours, figure.value).median();
    }

    private String judge(Results results) {
        double ratio = ratio(results);
        boolean isReached = figure.isMoreBetter ? ratio >= limit : ratio <= limit;
        return String.format(
                Locale.ROOT,
                "%s  %s: %.2fx the reference's %s, wanted %s %sx",
                isReached ? "reached" : "MISSED ",
                name,
                ratio,
                figure.title,
                figure.isMoreBetter ? "at least" : "at most",
                Report.number(limit));
    }

    private static String judgeMemory(DaemonMemory memory) {
        return String.format(
                Locale.ROOT,
                "%s  memory of %s beside the guest's: %d MiB, wanted under %d MiB",
                memory.ownKib() < MEMORY_MAX_KIB ? "reached" : "MISSED ",
                memory.role(),
                memory.ownKib() >> 10,
                MEMORY_MAX_KIB >> 10);
    }
}
