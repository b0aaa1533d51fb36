// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.CurvePlot;
import io.vrio.bench.CurvePlot.Curve;
import io.vrio.bench.CurvePlot.Panel;
import io.vrio.bench.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The results as tables in Markdown, as targets, and as curves. */
final class GrowthReport {
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
        line("%n### Wanted and found%n");
        line("%s", GrowthVerdict.HEAD);
        GrowthVerdict.of(results).forEach(verdict -> line("%s", verdict.text()));
        return text.toString();
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private void table(Growth growth) {
        line("%n### More %s%n", growth.wanted());
        line("| %s | %s", growth.description(), GrowthRow.HEAD);
        results.rows(growth).forEach(row -> line("%s", row.text()));
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

    /** One for each part that has grown, by the ending of its file's name. */
    Map<String, String> svgs() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Growth growth : Growth.values()) {
            if (results.sizes(growth).size() > 1) {
                all.put("-" + growth.title(), svg(growth));
            }
        }
        List<Panel> memory =
                Stream.of(Growth.DEVICES, Growth.IDLE)
                        .filter(growth -> results.sizes(growth).size() > 1)
                        .map(this::memory)
                        .toList();
        if (!memory.isEmpty()) {
            all.put("-memory", new CurvePlot("Own memory of daemons, MiB", memory).svg());
        }
        return all;
    }

    private String svg(Growth growth) {
        List<Panel> panels =
                List.of(
                        new Panel(
                                "requests/s",
                                List.of(curve("", growth, GrowthRow::requestsPerSecond))),
                        new Panel(
                                "latency, us",
                                List.of(
                                        curve("p50", growth, GrowthRow::p50Us),
                                        curve("p99", growth, GrowthRow::p99Us))));
        return new CurvePlot("By " + growth.description(), panels).svg();
    }

    private Panel memory(Growth growth) {
        return new Panel(
                "by " + growth.description(),
                List.of(
                        curve("server", growth, GrowthRow::serverOwnMib),
                        curve("iohyp", growth, GrowthRow::iohypOwnMib)));
    }

    private Curve curve(String label, Growth growth, Function<GrowthRow, Spread> value) {
        List<CurvePlot.Point> points =
                results.rows(growth).stream()
                        .map(row -> new CurvePlot.Point(row.size(), value.apply(row)))
                        .toList();
        return new Curve(label, points);
    }
}
