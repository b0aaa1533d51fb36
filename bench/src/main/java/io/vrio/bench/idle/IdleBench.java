// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.SecondsOption;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what daemons use while guests are attached and do nothing. Started by {@code bench/run},
 * which makes the namespaces. Never fails for what it measured.
 */
@Command(name = "bench/run idle", sortOptions = false, usageHelpWidth = 100)
final class IdleBench implements Callable<Integer> {
    /** Until the JVM's compilers have done what the start gave them to do. */
    private static final long SETTLE_MS = 5_000;

    @Option(
            names = "--disks",
            paramLabel = "N",
            description = "each with a guest; default ${DEFAULT-VALUE}")
    private int disks = 64;

    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Mixin private SecondsOption seconds = new SecondsOption(10);

    @Mixin private BenchOptions bench;

    /** What each daemon used in each round. */
    private final Map<String, List<IdleSample>> samples = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        BenchOptions.run(new IdleBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Map<String, String> environment = bench.environment();
        environment.put(
                "runs",
                "%d rounds of %.0f s, %d disks attached, each by a guest of its own that does nothing"
                        .formatted(rounds.rounds(), seconds.seconds(), disks));
        try (IdleSite site = IdleSite.open(bench, disks)) {
            sleep(SETTLE_MS);
            for (int round = 0; round < rounds.rounds(); round++) {
                measure(site.daemons());
            }
        }
        Map<String, Object> results = Map.of("environment", environment, "samples", samples);
        IdleReport report = new IdleReport(environment, samples);
        bench.write("idle-", results, report.text(), report.svg());
        return 0;
    }

    private void measure(List<Daemon> daemons) {
        List<IdleUsage> before = daemons.stream().map(d -> IdleUsage.of(d.pid())).toList();
        long beginNs = System.nanoTime();
        sleep((long) (seconds.seconds() * 1000));
        double elapsedNs = System.nanoTime() - beginNs;
        for (int i = 0; i < daemons.size(); i++) {
            Daemon daemon = daemons.get(i);
            IdleUsage used = IdleUsage.of(daemon.pid()).since(before.get(i));
            samples.computeIfAbsent(daemon.role(), role -> new ArrayList<>())
                    .add(
                            new IdleSample(
                                    100 * used.cpuNs() / elapsedNs, used.runs() * 1e9 / elapsedNs));
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
