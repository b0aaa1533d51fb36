// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripReport;
import io.vrio.bench.roundtrip.RoundTripWay;
import io.vrio.bench.roundtrip.RoundTrips;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what the way to another host costs: a remote disk and NIC against the same served by a
 * local sidecore. Started by {@code bench/run}, which makes the namespaces and the disk. Exits 1
 * when data were wrong or a request failed, never for being slow.
 */
@Command(name = "bench/run local", sortOptions = false, usageHelpWidth = 100)
final class LocalBench implements Callable<Integer> {
    private static final String REFERENCE = Alternative.VRIO_LOCAL.title();

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

    @Mixin private TwoWays ways;

    /** As it stands in the JSON file. */
    record LocalResults(Results disk, List<RoundTrips> nic) {}

    public static void main(String[] arguments) {
        BenchOptions.run(new LocalBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Linux.selfTest();
        Schedule schedule = ways.schedule(rows, Alternative.VRIO_LOCAL, Alternative.VRIO);
        Results disk = ways.disk(schedule);
        List<RoundTrips> nic = ways.nic(RoundTripWay.LOCAL, RoundTripWay.REMOTE);
        RoundTripReport report = new RoundTripReport(RoundTripWay.LOCAL, RoundTripWay.REMOTE, nic);
        ways.site()
                .bench()
                .write(
                        "local-",
                        new LocalResults(disk, nic),
                        text(disk, schedule, report),
                        svg(disk, schedule, report));
        return TwoWays.exitStatus(disk);
    }

    private static String text(Results disk, Schedule schedule, RoundTripReport nic) {
        return new Report(disk, schedule).text()
                + "    "
                + nic.verdict()
                + "\n\n### Requests and responses, a NIC\n\n"
                + nic.table();
    }

    private static String svg(Results disk, Schedule schedule, RoundTripReport nic) {
        List<RatioPlot.Line> disks =
                schedule.rows().stream().map(row -> line(disk, row.name())).toList();
        return new RatioPlot(
                        "Latency (p50) over the network, by that of the local sidecore",
                        List.of(
                                new RatioPlot.Panel("disk", disks),
                                new RatioPlot.Panel("NIC", List.of(nic.line()))))
                .svg();
    }

    private static RatioPlot.Line line(Results disk, String row) {
        String ours = Alternative.VRIO.title();
        Spread ratio = disk.ratio(0, row, ours, Measurement::p50Us);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %.1f : %.1f us",
                        ratio.median(),
                        disk.spread(0, row, ours, Measurement::p50Us).median(),
                        disk.spread(0, row, REFERENCE, Measurement::p50Us).median());
        return new RatioPlot.Line(row, ratio, figures, 0);
    }
}
