// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Loads what is to be measured until the compilers of its JVMs, and of this one, have little left
 * to do, and remembers how that ended. A fixed time is too short for many daemons on few CPUs,
 * which their compilers then share with what is measured. One for a benchmark, on its main thread.
 */
public final class WarmUps {
    /** Of the machine's CPU time; less than what runs of the same code differ by. */
    private static final double QUIET_PERCENT = 3;

    /** Limit: what is still being compiled then is part of the load, and the report says so. */
    private static final double SECONDS_MAX = 90;

    /** Limit: so many are named in the report; the JSON file has all. */
    private static final int NAMED_MAX = 12;

    private static final double NS_PER_S = 1e9;

    private final Function<List<Daemon>, Map<Long, Long>> compilers;
    private final List<End> ends = new ArrayList<>();

    /**
     * How one of them ended, as it stands in the JSON file.
     *
     * @param what is measured after it
     * @param seconds of load
     * @param compilerPercent of the machine's CPU time that compilers had in the last part of it
     * @param quiet whether that is little enough
     */
    public record End(String what, double seconds, double compilerPercent, boolean quiet) {}

    public WarmUps() {
        this(WarmUps::compilerCpuNs);
    }

    /**
     * @param compilers tells the CPU time so far of each thread that compiles, by thread id
     */
    WarmUps(Function<List<Daemon>, Map<Long, Long>> compilers) {
        this.compilers = compilers;
    }

    /**
     * Loads for {@code seconds} at least, and for as long again until the compilers are quiet.
     *
     * @param what is measured after it, for the report
     * @param load runs the load for so many seconds
     */
    public void run(String what, List<Daemon> daemons, double seconds, DoubleConsumer load) {
        double machineNs = seconds * NS_PER_S * Runtime.getRuntime().availableProcessors();
        double passed = 0;
        Map<Long, Long> after = compilers.apply(daemons);
        double percent;
        do {
            Map<Long, Long> before = after;
            load.accept(seconds);
            passed += seconds;
            after = compilers.apply(daemons);
            percent = 100 * increase(before, after) / machineNs;
        } while (percent > QUIET_PERCENT && passed < SECONDS_MAX);
        ends.add(new End(what, passed, percent, percent <= QUIET_PERCENT));
    }

    private static Map<Long, Long> compilerCpuNs(List<Daemon> daemons) {
        Map<Long, Long> all = new HashMap<>();
        LongStream own = LongStream.of(ProcessHandle.current().pid());
        LongStream.concat(own, daemons.stream().mapToLong(Daemon::pid))
                .forEach(pid -> all.putAll(ProcessUsage.compilerCpuNs(pid)));
        return all;
    }

    /**
     * What threads that are there after have done since; of those that were not there before, all.
     * What threads that have ended meanwhile did last is not known: a JVM ends those that have had
     * nothing to do.
     */
    static long increase(Map<Long, Long> before, Map<Long, Long> after) {
        return after.entrySet().stream()
                .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
                .sum();
    }

    /** All so far, in their order. */
    public List<End> ends() {
        return List.copyOf(ends);
    }

    /** A line for beneath a table, and a warning when one ended without quiet; empty for none. */
    public String text() {
        if (ends.isEmpty()) {
            return "";
        }
        List<End> loud = ends.stream().filter(end -> !end.quiet()).toList();
        String lengths =
                String.format(
                        Locale.ROOT,
                        "Warm-ups: %d, of %s s min / median / max; ",
                        ends.size(),
                        Spread.of(ends.stream().mapToDouble(End::seconds)).format("%.0f"));
        if (loud.isEmpty()) {
            return lengths
                    + String.format(
                            Locale.ROOT,
                            "all ended with compilers quiet (at most %.0f %% of the machine).%n",
                            QUIET_PERCENT);
        }
        String names =
                loud.stream()
                        .limit(NAMED_MAX)
                        .map(WarmUps::loudness)
                        .collect(Collectors.joining("; "));
        return lengths
                + String.format(
                        Locale.ROOT,
                        "%d ENDED WITHOUT QUIET after %.0f s, what follows them has compilers in"
                                + " it: %s%s.%n",
                        loud.size(),
                        SECONDS_MAX,
                        names,
                        loud.size() > NAMED_MAX ? "; ..." : "");
    }

    private static String loudness(End end) {
        return String.format(
                Locale.ROOT, "%s (%.0f %% of the machine)", end.what(), end.compilerPercent());
    }
}
