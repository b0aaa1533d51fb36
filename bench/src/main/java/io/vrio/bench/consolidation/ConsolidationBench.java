// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.ManyHosts;
import io.vrio.bench.ProcessUsage;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.SecondsOption;
import io.vrio.bench.WarmUps;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what is gained by sharing: four VM hosts with one IOhyp against four with a sidecore
 * each. Started by {@code bench/run}, which makes the namespaces. Exits 1 when a request failed,
 * never for being slow.
 */
@Command(name = "bench/run consolidation", sortOptions = false, usageHelpWidth = 100)
final class ConsolidationBench implements Callable<Integer> {
    private static final double WARM_UP_SECONDS = 2;
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1e3;

    @Option(
            names = "--work-us",
            split = ",",
            paramLabel = "US",
            description =
                    "CPU time that the service of a request costs; the first is judged; default"
                            + " ${DEFAULT-VALUE}")
    private List<Integer> workUs = List.of(100, 20);

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PATTERN",
            description = "which hosts are busy: ${COMPLETION-CANDIDATES}; default all")
    private List<Pattern> only = List.of(Pattern.values());

    @Option(
            names = "--share",
            paramLabel = "PART",
            description =
                    "of a CPU, for each worker that executes requests; 1 is no limit; default"
                            + " ${DEFAULT-VALUE}")
    private double share = 0.75;

    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Mixin private SecondsOption seconds = new SecondsOption(2);

    @Mixin private ManyHosts hosts;

    @Mixin private BenchOptions bench;

    private final List<ConsolidationRun> runs = new ArrayList<>();
    private final WarmUps warmUps = new WarmUps();

    public static void main(String[] arguments) {
        BenchOptions.run(new ConsolidationBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Map<String, String> environment = bench.environment();
        for (Side side : Side.values()) {
            environment.put(side.title(), side.description());
        }
        environment.put(
                "runs",
                String.format(
                        Locale.ROOT,
                        "%d rounds of %.1f s or more, in alternation; 4 KiB reads, %d of a busy host at a"
                                + " time; nothing is pinned",
                        rounds.rounds(),
                        seconds.seconds(),
                        Hosts.DEPTH));
        if (!CpuShare.isAvailable()) {
            share = 1;
        }
        environment.put("cores", new CpuShare(share).description());
        for (int us : workUs) {
            for (Pattern pattern : only) {
                measure(pattern, us);
            }
        }
        ConsolidationReport report = new ConsolidationReport(runs, workUs);
        Map<String, Object> results =
                Map.of("environment", environment, "runs", runs, "warmUps", warmUps.ends());
        bench.write(
                "consolidation-",
                results,
                text(environment, report) + "\n" + warmUps.text(),
                report.svg());
        return runs.stream().allMatch(run -> run.errorCount() == 0) ? 0 : 1;
    }

    private static String text(Map<String, String> environment, ConsolidationReport report) {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
        return text.append("\n" + report.table() + "\n" + report.verdicts()).toString();
    }

    private void measure(Pattern pattern, int us) {
        System.out.printf("starting: %s, %d us of work%n", pattern.title(), us);
        try (Hosts local = new Hosts(Side.LOCAL, pattern, us, bench, hosts);
                Hosts shared = new Hosts(Side.SHARED, pattern, us, bench, hosts);
                CpuShare limits = new CpuShare(share)) {
            List<Hosts> sides = List.of(local, shared);
            String what = pattern.title() + ", " + us + " us, ";
            sides.forEach(side -> warmUp(what, side));
            sides.forEach(side -> side.limit(limits));
            // Workers that have less of a CPU than before are rebalanced.
            sides.forEach(side -> warmUp(what + "limited, ", side));
            for (int round = 0; round < rounds.rounds(); round++) {
                for (Hosts side : sides) {
                    add(measure(pattern, us, side, round));
                }
            }
        }
    }

    private void warmUp(String what, Hosts side) {
        warmUps.run(
                what + side.side().title(),
                side.daemons(),
                WARM_UP_SECONDS,
                length -> side.run((long) (length * NS_PER_S)));
    }

    private ConsolidationRun measure(Pattern pattern, int us, Hosts side, int round) {
        long durationNs = pattern.wholeNs(seconds.seconds());
        long sidecoresBefore = cpuNs(side.sidecores());
        long serversBefore = cpuNs(side.servers());
        long machineBefore = ProcessUsage.machineCpuNs();
        List<List<DiskLoad.Outcome>> outcomes = side.run(durationNs);
        double machineNs = ProcessUsage.machineCpuNs() - machineBefore;
        double serversNs = cpuNs(side.servers()) - serversBefore;
        double sidecoresNs = cpuNs(side.sidecores()) - sidecoresBefore;
        Histogram all = new Histogram(3);
        long errorCount = 0;
        List<Double> perHost = new ArrayList<>();
        for (List<DiskLoad.Outcome> host : outcomes) {
            long count = 0;
            for (DiskLoad.Outcome outcome : host) {
                all.add(outcome.latenciesNs());
                errorCount += outcome.errorCount();
                count += outcome.latenciesNs().getTotalCount();
            }
            perHost.add(count * NS_PER_S / durationNs);
        }
        double count = Math.max(1, all.getTotalCount());
        int cpus = Runtime.getRuntime().availableProcessors();
        return new ConsolidationRun(
                pattern.title(),
                us,
                side.side().title(),
                round,
                count * NS_PER_S / durationNs,
                perHost,
                errorCount,
                all.getValueAtPercentile(50) / NS_PER_US,
                all.getValueAtPercentile(99) / NS_PER_US,
                sidecoresNs / count / NS_PER_US,
                serversNs / count / NS_PER_US,
                100 * machineNs / durationNs / cpus);
    }

    private static long cpuNs(List<Daemon> daemons) {
        return daemons.stream().mapToLong(daemon -> daemon.usage().cpuNs()).sum();
    }

    private void add(ConsolidationRun run) {
        runs.add(run);
        System.out.printf(
                Locale.ROOT,
                "%-12s  %3d us  round %d  %-10s  %,9.0f requests/s  by host %s%n",
                run.pattern(),
                run.workUs(),
                run.round() + 1,
                run.side(),
                run.requestsPerSecond(),
                run.perHost().stream().map(rate -> String.format("%.0f", rate)).toList());
    }
}
