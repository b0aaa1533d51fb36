// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripReport;
import io.vrio.bench.roundtrip.RoundTripWay;
import io.vrio.bench.roundtrip.RoundTrips;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.List;
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
    private static final List<RoundTripWay> COMPARED =
            List.of(RoundTripWay.REMOTE, RoundTripWay.XDP);

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "loads of the disk; default ${DEFAULT-VALUE}")
    private List<String> rows =
            List.of("rr4k-q1", "rw4k-q1", "rr4k-q32", "rw4k-q32", "sr128k-q8", "sw128k-q8");

    @Mixin private OurWays ways;

    /** As it stands in the JSON file. */
    record LinkResults(
            List<FrameTrips> frames,
            Results disk,
            List<RoundTrips> nic,
            List<WarmUps.End> nicWarmUps) {}

    public static void main(String[] arguments) {
        BenchOptions.run(new LinkBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        List<FrameTrips> frames =
                new FrameCampaign(ways.site().site(), System.out::println)
                        .run(ways.rounds(), ways.seconds());
        List<RoundTrips> nic = ways.nic(COMPARED);
        Schedule schedule = ways.schedule(rows, List.of(Alternative.VRIO, Alternative.VRIO_XDP));
        Results disk = ways.disk(schedule);
        RoundTripReport report = new RoundTripReport(COMPARED, nic);
        String text =
                new Report(disk, schedule).text()
                        + "\n### Requests and responses, a NIC\n\n"
                        + report.table()
                        + "\n### Frames alone, from one polling thread to another and back\n\n"
                        + FrameCampaign.table(frames)
                        + "\n"
                        + ways.warmUpText();
        String svg =
                new WaysPlot(disk, schedule, report)
                        .svg(
                                "Latency (p50) by AF_XDP, by that of packet sockets",
                                new RatioPlot.Panel("frames alone", FrameCampaign.lines(frames)));
        ways.site()
                .bench()
                .write("link-", new LinkResults(frames, disk, nic, ways.nicWarmUps()), text, svg);
        return OurWays.exitStatus(disk);
    }
}
