// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripCampaign;
import io.vrio.bench.roundtrip.RoundTripReport;
import io.vrio.bench.roundtrip.RoundTripWay;
import io.vrio.bench.roundtrip.RoundTrips;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures short frames by AF_XDP against all frames by packet sockets: a remote disk and a remote
 * NIC. Started by {@code bench/run}, which makes the namespaces and the disk. Exits 1 when data
 * were wrong or a request failed, never for being slow.
 */
@Command(name = "bench/run link", sortOptions = false, usageHelpWidth = 100)
final class LinkBench implements Callable<Integer> {
    private static final String REFERENCE = Alternative.VRIO.title();

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "loads of the disk; default ${DEFAULT-VALUE}")
    private List<String> rows =
            List.of("rr4k-q1", "rw4k-q1", "rr4k-q32", "rw4k-q32", "sr128k-q8", "sw128k-q8");

    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Mixin private SecondsOption seconds = new SecondsOption(1.5);

    @Option(names = "--poll", description = "the guest of the disk polls its ring; needs a CPU")
    private boolean isPolling;

    @Option(names = "--peer-namespace", hidden = true, defaultValue = "")
    private String peerNamespace;

    @Mixin private SiteOptions site;

    /** As it stands in the JSON file. */
    record LinkResults(List<FrameTrips> frames, Results disk, List<RoundTrips> nic) {}

    public static void main(String[] arguments) {
        BenchOptions.run(new LinkBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Schedule schedule = schedule();
        Map<String, String> environment = LocalBench.environment(site, schedule);
        List<FrameTrips> frames =
                new FrameCampaign(site.site(), System.out::println)
                        .run(rounds.rounds(), seconds.seconds());
        List<RoundTrips> nic =
                new RoundTripCampaign(site.bench(), peerNamespace, System.out::println)
                        .run(
                                RoundTripWay.REMOTE,
                                RoundTripWay.XDP,
                                rounds.rounds(),
                                seconds.seconds());
        Campaign campaign = new Campaign(schedule, site.site(), System.out::println);
        campaign.run();
        Results disk =
                new Results(
                        environment,
                        REFERENCE,
                        campaign.measurements(),
                        campaign.memory(),
                        campaign.verifiedSectorCount(),
                        campaign.failures());
        RoundTripReport report = new RoundTripReport(RoundTripWay.REMOTE, RoundTripWay.XDP, nic);
        String text =
                new Report(disk, schedule).text()
                        + "\n### Requests and responses, a NIC\n\n"
                        + report.table()
                        + "\n### Frames alone, from one polling thread to another and back\n\n"
                        + FrameCampaign.table(frames);
        site.bench().write("link-", new LinkResults(frames, disk, nic), text, null);
        boolean hasErrors = disk.measurements().stream().anyMatch(run -> run.errorCount() > 0);
        return disk.failures().isEmpty() && !hasErrors ? 0 : 1;
    }

    private Schedule schedule() {
        return new Schedule(
                List.of(0.0),
                rows.stream().map(Workload::named).toList(),
                List.of(Alternative.VRIO, Alternative.VRIO_XDP),
                rounds.rounds(),
                seconds.seconds(),
                isPolling);
    }
}
