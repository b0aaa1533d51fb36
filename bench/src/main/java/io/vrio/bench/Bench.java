// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures alternatives against each other. Started by {@code bench/run}, which makes the
 * namespaces and the disk. Exits 1 when data were wrong or a request failed, never for being slow.
 */
@Command(name = "bench/run", sortOptions = false, usageHelpWidth = 100)
final class Bench implements Callable<Integer> {
    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "rows to measure; default all")
    private List<String> rows = Workload.ALL.stream().map(Workload::name).toList();

    @Option(
            names = "--loss",
            split = ",",
            paramLabel = "PERCENT",
            description = "random packet loss; 0 is a direct link; default ${DEFAULT-VALUE}")
    private List<Double> lossPercents = List.of(0.0, 0.1, 1.0);

    @Option(
            names = "--alternatives",
            split = ",",
            paramLabel = "NAME",
            description =
                    "what to compare, the reference first: qsd-nbdkit, qsd-local, vrio,"
                            + " vrio-sealed, vrio-local; default qsd-nbdkit,vrio")
    private List<String> alternatives = List.of("qsd-nbdkit", "vrio");

    @Mixin private RoundsOption rounds = new RoundsOption(3);

    @Mixin private SecondsOption seconds = new SecondsOption(3);

    @Option(
            names = "--poll",
            description = "the guest polls its ring instead of waiting for calls; needs a CPU")
    private boolean isPolling;

    @Mixin private SiteOptions site;

    public static void main(String[] arguments) {
        BenchOptions.run(new Bench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Schedule schedule = schedule();
        Map<String, String> environment = site.environment(schedule);
        WarmUps warmUps = new WarmUps();
        Campaign campaign = new Campaign(schedule, site.site(), warmUps, System.out::println);
        campaign.run();
        Results results =
                new Results(
                        environment,
                        schedule.reference().title(),
                        campaign.measurements(),
                        campaign.memory(),
                        campaign.verifiedSectorCount(),
                        campaign.failures(),
                        warmUps.ends());
        String text = new Report(results, schedule).text() + "\n" + warmUps.text();
        site.bench().write("", results, text, new Plot(results, schedule).svg());
        boolean hasErrors = results.measurements().stream().anyMatch(run -> run.errorCount() > 0);
        return results.failures().isEmpty() && !hasErrors ? 0 : 1;
    }

    private Schedule schedule() {
        return new Schedule(
                lossPercents,
                rows.stream().map(Workload::named).toList(),
                alternatives.stream().map(Alternative::titled).toList(),
                rounds.rounds(),
                seconds.seconds(),
                isPolling);
    }
}
