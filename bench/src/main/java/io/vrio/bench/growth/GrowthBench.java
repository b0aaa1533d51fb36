// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.ManyHosts;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.SecondsOption;
import io.vrio.bench.WarmUps;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures in one run what deeper queues, more devices and more hosts do. Started by {@code
 * bench/run}, which makes the namespaces. Exits 1 when a request failed, never for being slow.
 */
@Command(name = "bench/run growth", sortOptions = false, usageHelpWidth = 100)
final class GrowthBench implements Callable<Integer> {
    @Option(
            names = "--only",
            split = ",",
            paramLabel = "WHAT",
            description = "what grows: depth, devices, idle, hosts; default all")
    private List<String> only = Arrays.stream(Growth.values()).map(Growth::title).toList();

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "N",
            description = "only these, of the sizes that there are; default all")
    private List<Integer> sizes = List.of();

    @Mixin private RoundsOption rounds = new RoundsOption(3);

    @Mixin private SecondsOption seconds = new SecondsOption(1);

    @Mixin private ManyHosts hosts;

    @Mixin private BenchOptions bench;

    public static void main(String[] arguments) {
        BenchOptions.run(new GrowthBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        List<Growth> wanted =
                Arrays.stream(Growth.values())
                        .filter(growth -> only.contains(growth.title()))
                        .toList();
        if (wanted.size() != only.size()) {
            throw new IllegalArgumentException(
                    "--only takes depth, devices, idle and hosts, once each");
        }
        for (Growth growth : wanted) {
            if (!sizes.isEmpty() && Collections.disjoint(growth.sizes(), sizes)) {
                throw new IllegalArgumentException(
                        "--sizes names none of " + growth.title() + ": " + growth.sizes());
            }
        }
        Map<String, String> environment = bench.environment();
        environment.put(
                "runs",
                String.format(
                        Locale.ROOT,
                        "%d rounds, each through all sizes of all that grows; %.1f s per size,"
                                + " after a warm-up; 4 KiB random reads of memory"
                                + " that nobody has written, %d in flight on each of several disks, %d of"
                                + " each of several hosts; the guests' side is one thread; each"
                                + " daemon has one worker; nothing is pinned",
                        rounds.rounds(),
                        seconds.seconds(),
                        Growth.DEVICES.depth(1),
                        Growth.HOSTS.depth(1)));
        WarmUps warmUps = new WarmUps();
        GrowthCampaign campaign =
                new GrowthCampaign(
                        bench,
                        hosts,
                        seconds.seconds(),
                        size -> sizes.isEmpty() || sizes.contains(size),
                        warmUps,
                        System.out::println);
        List<GrowthRun> runs = campaign.run(wanted, rounds.rounds());
        GrowthResults results = new GrowthResults(environment, runs);
        GrowthReport report = new GrowthReport(results);
        bench.write(
                "growth-",
                json(results, warmUps),
                report.text() + "\n" + warmUps.text(),
                report.svgs());
        return runs.stream().allMatch(run -> run.errorCount() == 0) ? 0 : 1;
    }

    private static Map<String, Object> json(GrowthResults results, WarmUps warmUps) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("environment", results.environment());
        json.put("verdicts", GrowthVerdict.of(results));
        json.put("rows", results.rows());
        json.put("warmUps", warmUps.ends());
        json.put("runs", results.runs());
        return json;
    }
}
