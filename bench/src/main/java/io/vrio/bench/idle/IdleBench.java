// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.SecondsOption;
import io.vrio.bench.Spread;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what daemons use while guests are attached and do nothing. Started by {@code bench/run},
 * which makes the namespaces. Never fails for what it measured.
 */
@Command(name = "bench/run idle", sortOptions = false, usageHelpWidth = 100)
final class IdleBench implements Callable<Integer> {
    /** What is wanted: percent of one core. */
    private static final double PERCENT_MAX = 1;

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
    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

    /** One daemon in one round. */
    record Sample(double cpuPercent, double runsPerSecond) {}

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
        bench.write("idle-", results, text(environment), null);
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
                    .add(new Sample(100 * used.cpuNs() / elapsedNs, used.runs() * 1e9 / elapsedNs));
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

    private String text(Map<String, String> environment) {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
        text.append(
                "\n| daemon | % of a core min / median / max | threads put on a core, per second |"
                        + " wanted |\n|---|---|---|---|\n");
        samples.forEach(
                (role, all) -> {
                    Spread percent = spread(all, Sample::cpuPercent);
                    text.append(
                            String.format(
                                    Locale.ROOT,
                                    "| %s | %s | %s | under %.0f %%: %s |%n",
                                    role,
                                    percent.format("%.2f"),
                                    spread(all, Sample::runsPerSecond).format("%.0f"),
                                    PERCENT_MAX,
                                    percent.median() < PERCENT_MAX ? "reached" : "MISSED"));
                });
        return text.toString();
    }

    private static Spread spread(List<Sample> all, ToDoubleFunction<Sample> value) {
        return Spread.of(all.stream().mapToDouble(value));
    }
}
