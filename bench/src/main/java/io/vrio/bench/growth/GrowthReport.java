// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.CurvePlot;
import io.vrio.bench.CurvePlot.Curve;
import io.vrio.bench.CurvePlot.Panel;
import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The results as tables in Markdown, as targets, and as curves. */
final class GrowthReport {
    private static final double KIB_PER_MIB = 1024;

    private final GrowthResults results;
    private final StringBuilder text = new StringBuilder();

    GrowthReport(GrowthResults results) {
        this.results = results;
    }

    String text() {
        results.environment().forEach((name, value) -> line("- %s: %s", name, value));
        for (Growth growth : Growth.values()) {
            if (!results.sizes(growth).isEmpty()) {
                table(growth);
            }
        }
        if (results.sizes(Growth.DEVICES).size() > 1) {
            memory();
        }
        line("%nTargets, by the median of the rounds; up to 10 %% worse is called noise:%n");
        results.verdicts().forEach(verdict -> line("    %s", verdict));
        return text.toString();
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private void table(Growth growth) {
        line("%n### More %s%n", growth.title());
        line(
                "| %s | requests/s min / median / max | p50 us | p99 us"
                        + " | CPU us per request: servers + iohyp (machine)"
                        + " | own memory of a server, iohyp, MiB |",
                growth.description());
        line("|---|---|---|---|---|---|");
        for (int size : results.sizes(growth)) {
            line(
                    "| %d | %s | %.0f | %.0f | %.1f + %.1f (%.1f) | %.0f, %.0f |",
                    size,
                    results.spread(growth, size, GrowthRun::requestsPerSecond).format("%.0f"),
                    median(growth, size, GrowthRun::p50Us),
                    median(growth, size, GrowthRun::p99Us),
                    median(growth, size, run -> run.server().cpuUs()),
                    median(growth, size, run -> run.iohyp().cpuUs()),
                    median(growth, size, GrowthRun::machineCpuUs),
                    median(growth, size, run -> run.server().ownKib() / KIB_PER_MIB),
                    median(growth, size, run -> run.iohyp().ownKib() / KIB_PER_MIB));
        }
    }

    private double median(Growth growth, int size, ToDoubleFunction<GrowthRun> value) {
        return results.spread(growth, size, value).median();
    }

    private void memory() {
        line("%n### Memory of each device beyond the first, KiB%n");
        line("| daemon | resident (RssAnon + RssFile) min / median / max | reserved (VmData) |");
        line("|---|---|---|");
        memory("vrio server", run -> run.server().ownKib(), run -> run.server().reservedKib());
        memory("vrio iohyp", run -> run.iohyp().ownKib(), run -> run.iohyp().reservedKib());
    }

    private void memory(
            String daemon, ToLongFunction<GrowthRun> own, ToLongFunction<GrowthRun> reserved) {
        Spread resident = results.kibPerDevice(own);
        Spread virtual = results.kibPerDevice(reserved);
        line("| %s | %s | %s |", daemon, resident.format("%.0f"), virtual.format("%.0f"));
    }

    String svg() {
        List<Panel> panels = new ArrayList<>();
        for (Growth growth : Growth.values()) {
            if (results.sizes(growth).size() > 1) {
                panels.add(
                        new Panel(
                                "requests/s by " + growth.title(),
                                List.of(curve("", growth, GrowthRun::requestsPerSecond))));
                panels.add(
                        new Panel(
                                "latency, us, by " + growth.title(),
                                List.of(
                                        curve("p50", growth, GrowthRun::p50Us),
                                        curve("p99", growth, GrowthRun::p99Us))));
            }
        }
        if (results.sizes(Growth.DEVICES).size() > 1) {
            panels.add(
                    new Panel(
                            "own memory, MiB, by devices",
                            List.of(
                                    curve(
                                            "server",
                                            Growth.DEVICES,
                                            run -> run.server().ownKib() / KIB_PER_MIB),
                                    curve(
                                            "iohyp",
                                            Growth.DEVICES,
                                            run -> run.iohyp().ownKib() / KIB_PER_MIB))));
        }
        return new CurvePlot("What growth costs", panels).svg();
    }

    private Curve curve(String label, Growth growth, ToDoubleFunction<GrowthRun> value) {
        List<CurvePlot.Point> points =
                results.sizes(growth).stream()
                        .map(size -> new CurvePlot.Point(size, results.spread(growth, size, value)))
                        .toList();
        return new Curve(label, points);
    }
}
