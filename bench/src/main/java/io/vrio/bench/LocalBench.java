// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripReport;
import io.vrio.bench.roundtrip.RoundTripWay;
import io.vrio.bench.roundtrip.RoundTrips;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what the way to another host costs: a remote disk and NIC, by either link, against the
 * same served by a local sidecore. Started by {@code bench/run}, which makes the namespaces and the
 * disk. Exits 1 when data were wrong or a request failed, never for being slow.
 */
@Command(name = "bench/run local", sortOptions = false, usageHelpWidth = 100)
final class LocalBench implements Callable<Integer> {
    private static final List<Alternative> OURS = List.of(Alternative.VRIO, Alternative.VRIO_XDP);
    private static final List<RoundTripWay> COMPARED =
            List.of(RoundTripWay.LOCAL, RoundTripWay.REMOTE, RoundTripWay.XDP);

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "loads of the disk; default ${DEFAULT-VALUE}")
    private List<String> rows =
            List.of(
                    "rr4k-q1",
                    "rw4k-q1",
                    "rr4k-q4",
                    "rw4k-q4",
                    "rr4k-q32",
                    "rw4k-q32",
                    "sr128k-q8",
                    "sw128k-q8");

    @Mixin private OurWays ways;

    /** As it stands in the JSON file. */
    record LocalResults(Results disk, List<RoundTrips> nic, List<WarmUps.End> nicWarmUps) {}

    public static void main(String[] arguments) {
        BenchOptions.run(new LocalBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        List<Alternative> compared =
                Stream.concat(Stream.of(Alternative.VRIO_LOCAL), OURS.stream()).toList();
        Schedule schedule = ways.schedule(rows, compared);
        Results disk = ways.disk(schedule);
        List<RoundTrips> nic = ways.nic(COMPARED);
        RoundTripReport report = new RoundTripReport(COMPARED, nic);
        ways.site()
                .bench()
                .write(
                        "local-",
                        new LocalResults(disk, nic, ways.nicWarmUps()),
                        text(disk, schedule, report) + "\n" + ways.warmUpText(),
                        new WaysPlot(disk, schedule, report)
                                .svg(
                                        "Latency (p50) over the network, by that of the local sidecore"));
        return OurWays.exitStatus(disk);
    }

    private static String text(Results disk, Schedule schedule, RoundTripReport nic) {
        return new Report(disk, schedule).text()
                + "    "
                + String.join("\n    ", nic.verdicts())
                + "\n\n### Requests and responses, a NIC\n\n"
                + nic.table();
    }
}
