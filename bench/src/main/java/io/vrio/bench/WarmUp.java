// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;

/**
 * Loads what is to be measured until the compilers of its JVMs, and of this one, have little left
 * to do. A fixed time is too short for many daemons on few CPUs, which their compilers then share
 * with what is measured.
 */
public final class WarmUp {
    /** Of the machine's CPU time; less than what runs of the same code differ by. */
    private static final double QUIET_SHARE = 0.03;

    /** Limit: what is still being compiled then is part of the load. */
    private static final double SECONDS_MAX = 90;

    private static final double NS_PER_S = 1e9;

    private WarmUp() {}

    /**
     * Loads for {@code seconds} at least, and for as long again until the compilers are quiet.
     *
     * @param load runs the load for so many seconds
     */
    public static void run(List<Daemon> daemons, double seconds, DoubleConsumer load) {
        double quietNs =
                QUIET_SHARE * seconds * NS_PER_S * Runtime.getRuntime().availableProcessors();
        double passed = 0;
        Map<Long, Long> after = compilers(daemons);
        long compiledNs;
        do {
            Map<Long, Long> before = after;
            load.accept(seconds);
            passed += seconds;
            after = compilers(daemons);
            compiledNs = increase(before, after);
        } while (compiledNs > quietNs && passed < SECONDS_MAX);
    }

    private static Map<Long, Long> compilers(List<Daemon> daemons) {
        Map<Long, Long> all = new HashMap<>();
        LongStream own = LongStream.of(ProcessHandle.current().pid());
        LongStream.concat(own, daemons.stream().mapToLong(Daemon::pid))
                .forEach(pid -> all.putAll(ProcessUsage.compilerCpuNs(pid)));
        return all;
    }

    /** Of threads that both know: a JVM ends compiler threads that have nothing to do. */
    static long increase(Map<Long, Long> before, Map<Long, Long> after) {
        return after.entrySet().stream()
                .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
                .sum();
    }
}
