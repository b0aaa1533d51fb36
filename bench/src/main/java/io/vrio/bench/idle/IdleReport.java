// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import io.vrio.bench.RatioPlot;
import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What idle daemons use, as a table in Markdown with what is wanted, and as a picture. */
final class IdleReport {
    /** What is wanted: percent of one core. */
    private static final double PERCENT_MAX = 1;

    private final Map<String, String> environment;
    private final Map<String, List<IdleSample>> samples;

    /**
     * @param samples of each round, by daemon
     */
    IdleReport(Map<String, String> environment, Map<String, List<IdleSample>> samples) {
        this.environment = environment;
        this.samples = samples;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
        text.append(
                "\n| daemon | % of a core min / median / max | threads put on a core, per second |"
                        + " wanted |\n|---|---|---|---|\n");
        samples.forEach((daemon, all) -> text.append(row(daemon, all)));
        return text.toString();
    }

    private static String row(String daemon, List<IdleSample> all) {
        Spread percent = spread(all, IdleSample::cpuPercent);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | under %.0f %%: %s |%n",
                daemon,
                percent.format("%.2f"),
                spread(all, IdleSample::runsPerSecond).format("%.0f"),
                PERCENT_MAX,
                percent.median() < PERCENT_MAX ? "reached" : "MISSED");
    }

    private static Spread spread(List<IdleSample> all, ToDoubleFunction<IdleSample> value) {
        return Spread.of(all.stream().mapToDouble(value));
    }

    String svg() {
        List<RatioPlot.Line> lines = new ArrayList<>();
        samples.forEach((daemon, all) -> lines.add(line(daemon, all, lines.size())));
        return new RatioPlot(
                        "CPU time of idle daemons, by what is wanted",
                        RatioPlot.Axis.SHARES,
                        List.of(new RatioPlot.Panel("by 1 % of a core", lines)))
                .svg();
    }

    private static RatioPlot.Line line(String daemon, List<IdleSample> all, int colour) {
        Spread share = spread(all, sample -> sample.cpuPercent() / PERCENT_MAX);
        String figures = String.format(Locale.ROOT, "%.2fx   of 1 %%", share.median());
        return new RatioPlot.Line(daemon, share, figures, colour);
    }
}
