// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.RatioPlot;
import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** The results as a table in Markdown, and as a picture. */
final class NetReport {
    private final NetResults results;
    private final NetSchedule schedule;
    private final StringBuilder text = new StringBuilder();

    NetReport(NetResults results, NetSchedule schedule) {
        this.results = results;
        this.schedule = schedule;
    }

    String text() {
        results.environment().forEach((name, value) -> line("- " + name + ": " + value));
        line("");
        line(
                "| row | alternative | min / median / max | unit | p99 us | lost % | machine's CPUs %"
                        + " | vRIO's server + IOhyp, % of a CPU | vCPU of guest + peer, % of a CPU"
                        + " | ratio |");
        line("|---|---|---|---|---|---|---|---|---|---|");
        for (NetRow row : schedule.rows()) {
            schedule.alternatives(row).forEach(alternative -> tableRow(row, alternative));
        }
        verification();
        line("");
        line("Targets, by the median of the pairs:");
        line("");
        schedule.rows().forEach(row -> line("    " + judge(row)));
        return text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void tableRow(NetRow row, NetAlternative alternative) {
        boolean isOurs = alternative == NetAlternative.VRIO;
        line(
                String.format(
                        "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |",
                        row.title(),
                        alternative.title(),
                        results.spread(row, alternative, NetMeasurement::value).format("%.0f"),
                        row.unit(),
                        row.isTime()
                                ? median("%.0f", row, alternative, NetMeasurement::p99Us)
                                : "-",
                        row.isPackets()
                                ? median("%.2f", row, alternative, NetMeasurement::lostPercent)
                                : "-",
                        median("%.0f", row, alternative, NetMeasurement::machineCpuPercent),
                        isOurs ? used(row, alternative, "vrio server", "vrio iohyp") : "-",
                        row.isPackets() ? "-" : used(row, alternative, "guest vCPU", "peer vCPU"),
                        isOurs ? results.ratio(row).format("%.2f") : "-"));
    }

    private String median(
            String format,
            NetRow row,
            NetAlternative alternative,
            ToDoubleFunction<NetMeasurement> value) {
        double median = results.spread(row, alternative, value).median();
        return String.format(Locale.ROOT, format, median);
    }

    private String used(NetRow row, NetAlternative alternative, String... roles) {
        List<String> percent = new ArrayList<>();
        for (String role : roles) {
            percent.add(median("%.0f", row, alternative, run -> run.usedCpuPercent().get(role)));
        }
        return String.join(" + ", percent);
    }

    private void verification() {
        line("");
        results.verified().forEach(line -> line("- " + line));
        results.failures().forEach(line -> line("- " + line));
    }

    private String judge(NetRow row) {
        double ratio = results.ratio(row).median();
        boolean isReached = row.isTime() ? ratio <= row.limit() : ratio >= row.limit();
        return String.format(
                Locale.ROOT,
                "%s  %s: %.2fx %s's %s, wanted at %s %.1fx",
                isReached ? "reached" : "MISSED ",
                row.title(),
                ratio,
                row.reference().title(),
                row.unit(),
                row.isTime() ? "most" : "least",
                row.limit());
    }

    String svg() {
        List<RatioPlot.Panel> panels = new ArrayList<>();
        addPanel(panels, "throughput", row -> !row.isTime() && !row.isPackets());
        addPanel(panels, "round-trip time: less is better", NetRow::isTime);
        addPanel(panels, "packets per second", NetRow::isPackets);
        return new RatioPlot("vRIO, relative to tap + VXLAN or OVS-DPDK + VXLAN", panels).svg();
    }

    private void addPanel(List<RatioPlot.Panel> panels, String title, Predicate<NetRow> is) {
        List<RatioPlot.Line> lines =
                schedule.rows().stream().filter(is).map(this::plotLine).toList();
        if (!lines.isEmpty()) {
            panels.add(new RatioPlot.Panel(title, lines));
        }
    }

    private RatioPlot.Line plotLine(NetRow row) {
        Spread ratio = results.ratio(row);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %,.0f : %,.0f",
                        ratio.median(),
                        results.spread(row, NetAlternative.VRIO, NetMeasurement::value).median(),
                        results.spread(row, row.reference(), NetMeasurement::value).median());
        return new RatioPlot.Line(row.title(), ratio, figures, 0);
    }
}
