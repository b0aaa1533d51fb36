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
 * Measures how long daemons take to start, and how fast they are in the seconds after. Started by
 * {@code bench/run}, which makes the namespaces and the disk. Exits 1 when data were wrong or a
 * request failed, never for being slow.
 */
@Command(name = "bench/run start", sortOptions = false, usageHelpWidth = 100)
final class StartBench implements Callable<Integer> {
    @Option(
            names = "--row",
            paramLabel = "ROW",
            description = "the load after the start; default ${DEFAULT-VALUE}")
    private String row = "rr4k-q32";

    @Option(
            names = "--alternatives",
            split = ",",
            paramLabel = "NAME",
            description =
                    "what to start: vrio-local, vrio, vrio-sealed, qsd-nbdkit, qsd-local; default"
                            + " vrio-local,vrio,vrio-sealed")
    private List<String> alternatives = List.of("vrio-local", "vrio", "vrio-sealed");

    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Mixin private SecondsOption seconds = new SecondsOption(8);

    @Mixin private SiteOptions site;

    public static void main(String[] arguments) {
        BenchOptions.run(new StartBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        if (seconds.whole() <= StartMeasurement.STEADY_SECONDS) {
            throw new IllegalArgumentException(
                    "--seconds must be more than " + StartMeasurement.STEADY_SECONDS);
        }
        Map<String, String> environment = site.bench().environment();
        environment.put(
                "runs",
                "%d rounds, in alternation: start, %d s of %s, end; not counted is a first round"
                                .formatted(rounds.rounds(), seconds.whole(), row)
                        + " that fills the disks and warms the guest; nothing is pinned");
        StartCampaign campaign =
                new StartCampaign(
                        site.site(), Workload.named(row), seconds.whole(), System.out::println);
        campaign.run(alternatives.stream().map(Alternative::titled).toList(), rounds.rounds());
        StartResults results =
                new StartResults(environment, campaign.measurements(), campaign.badSectorCount());
        StartReport report = new StartReport(results);
        site.bench().write("start-", results, report.text(), report.svg());
        return results.isRight() ? 0 : 1;
    }
}
