// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Environment;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.SecondsOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures a remote NIC. Started by {@code bench/run net}, which makes namespaces, links and taps.
 * Exits 1 when data were wrong, never for being slow.
 */
@Command(name = "bench/run net", sortOptions = false, usageHelpWidth = 100)
final class NetBench implements Callable<Integer> {
    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description = "rows to measure; default all: ${COMPLETION-CANDIDATES}",
            completionCandidates = RowTitles.class)
    private List<String> rows = List.of(NetRow.titles().split(", "));

    @Mixin private RoundsOption rounds = new RoundsOption(3);

    @Mixin private SecondsOption seconds = new SecondsOption(4);

    @Option(names = "--quick", description = "one round of 2 seconds, whatever else is asked")
    private boolean isQuick;

    @Option(names = "--io-mac", hidden = true, defaultValue = "")
    private String ioMac;

    @Option(names = "--guest", hidden = true)
    private Path guest;

    @Option(names = "--guest-files", hidden = true)
    private Path guestFiles;

    @Option(names = "--ovs", hidden = true)
    private Path ovs;

    @Mixin private BenchOptions bench;

    /** For the help text. */
    static final class RowTitles implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of(NetRow.titles().split(", ")).iterator();
        }
    }

    public static void main(String[] arguments) {
        BenchOptions.run(new NetBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        NetSchedule schedule = schedule();
        Map<String, String> environment = bench.environment();
        describe(environment, schedule);
        NetSite site =
                new NetSite(
                        bench.vmNamespace(),
                        bench.ioNamespace(),
                        ioMac,
                        bench.folder(),
                        bench.vrio(),
                        guest,
                        guestFiles,
                        ovs);
        NetCampaign campaign = new NetCampaign(schedule, site, System.out::println);
        campaign.run();
        NetResults results = campaign.results(environment);
        NetReport report = new NetReport(results, schedule);
        bench.write("net-", results, report.text(), report.svg());
        return results.failures().isEmpty() ? 0 : 1;
    }

    private NetSchedule schedule() {
        List<NetRow> wanted = rows.stream().map(NetRow::titled).toList();
        return isQuick
                ? new NetSchedule(wanted, 1, 2)
                : new NetSchedule(wanted, rounds.rounds(), seconds.whole());
    }

    private static void describe(Map<String, String> environment, NetSchedule schedule) {
        environment.put("QEMU", Environment.run("qemu-system-x86_64", "--version"));
        environment.put("iperf3", Environment.run("iperf3", "--version"));
        environment.put("Open vSwitch", Environment.run("ovs-vswitchd", "--version"));
        for (NetAlternative alternative : NetAlternative.values()) {
            environment.put(alternative.title(), alternative.description());
        }
        environment.put("link", "one veth pair, offloads on, MTU 1500, for all");
        environment.put(
                "runs",
                String.format(
                        "%d rounds of %d s per row and alternative, in alternation",
                        schedule.rounds(), schedule.seconds()));
    }
}
