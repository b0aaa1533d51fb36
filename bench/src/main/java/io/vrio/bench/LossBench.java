// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what random loss costs each alternative of its own rate. Started by {@code bench/run},
 * which makes the namespaces and the disk. Exits 1 when data were wrong or a request failed, never
 * for being slow.
 */
@Command(name = "bench/run loss", sortOptions = false, usageHelpWidth = 100)
final class LossBench implements Callable<Integer> {
    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "rows to measure; default ${DEFAULT-VALUE}")
    private List<String> rows = List.of("rr4k-q1", "rw4k-q1", "rr4k-q32", "rw4k-q32");

    @Option(
            names = "--loss",
            split = ",",
            paramLabel = "PERCENT",
            description =
                    "random packet loss, beside none, over the same link; default ${DEFAULT-VALUE}")
    private List<Double> lossPercents = List.of(0.1, 1.0, 5.0);

    @Option(
            names = "--alternatives",
            split = ",",
            paramLabel = "NAME",
            description = "what to measure: qsd-nbdkit, vrio, vrio-sealed; default qsd-nbdkit,vrio")
    private List<String> alternatives = List.of("qsd-nbdkit", "vrio");

    @Mixin private RoundsOption rounds = new RoundsOption(3);

    @Mixin private SecondsOption seconds = new SecondsOption(1.5);

    @Mixin private SiteOptions site;

    public static void main(String[] arguments) {
        BenchOptions.run(new LossBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Schedule schedule = schedule();
        Map<String, String> environment = site.environment(schedule);
        environment.remove("link without loss");
        WarmUps warmUps = new WarmUps();
        LossCampaign campaign =
                new LossCampaign(schedule, site.site(), warmUps, System.out::println);
        campaign.run();
        LossResults results =
                new LossResults(
                        environment,
                        campaign.measurements(),
                        campaign.verifiedSectorCount(),
                        campaign.failures(),
                        warmUps.ends());
        LossReport report = new LossReport(results, schedule);
        site.bench().write("loss-", results, report.text() + "\n" + warmUps.text(), report.svg());
        boolean hasErrors = results.measurements().stream().anyMatch(run -> run.errorCount() > 0);
        return results.failures().isEmpty() && !hasErrors ? 0 : 1;
    }

    private Schedule schedule() {
        List<Double> all = new ArrayList<>(List.of(0.0));
        all.addAll(lossPercents);
        return new Schedule(
                all,
                rows.stream().map(Workload::named).toList(),
                alternatives.stream().map(Alternative::titled).toList(),
                rounds.rounds(),
                seconds.seconds(),
                false);
    }
}
