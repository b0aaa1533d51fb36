// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What loss costs, as a table in Markdown, as a picture, and as targets reached or missed. */
final class LossReport {
    private static final String OURS = Alternative.VRIO.title();

    private final LossResults results;
    private final Schedule schedule;
    private final StringBuilder text = new StringBuilder();

    /** What is wanted of a rate of loss. */
    private record Target(double lossPercent, double deepShare, double share, double p999Us) {}

    private static final List<Target> TARGETS =
            List.of(
                    new Target(0.1, 0.95, 0.95, 5_000),
                    new Target(1, 0.85, 0.8, 20_000),
                    new Target(5, 0.5, 0.4, 100_000));

    LossReport(LossResults results, Schedule schedule) {
        this.results = results;
        this.schedule = schedule;
    }

    String text() {
        results.environment().forEach((name, value) -> line("- " + name + ": " + value));
        line("");
        line(
                "| row | loss %% | alternative | requests/s min / median / max | of the lossless rate"
                        + " | p50 us | p99 us | p99.9 us | p99.99 us"
                        + " | per 1000 requests: sent again, probes, time-outs |");
        line("|---|---|---|---|---|---|---|---|---|---|");
        for (Workload row : schedule.rows()) {
            for (double loss : schedule.lossPercents()) {
                schedule.alternatives().forEach(who -> row(row.name(), loss, who.title()));
            }
        }
        verification();
        targets();
        return text.toString();
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private void row(String row, double loss, String who) {
        line(
                "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |",
                row,
                Report.number(loss),
                who,
                results.rate(loss, row, who).format("%.0f"),
                loss == 0 ? "-" : results.share(loss, row, who).format("%.3f"),
                us(results.percentileUs(loss, row, who, 50)),
                us(results.percentileUs(loss, row, who, 99)),
                us(results.percentileUs(loss, row, who, 99.9)),
                us(results.percentileUs(loss, row, who, 99.99)),
                resends(loss, row, who));
    }

    private static String us(double us) {
        return String.format(Locale.ROOT, us < 100 ? "%.1f" : "%.0f", us);
    }

    private String resends(double loss, String row, String who) {
        Resends resends = results.resends(loss, row, who);
        double perRequest = 1000.0 / Math.max(1, results.requests(loss, row, who));
        return String.format(
                Locale.ROOT,
                "%.1f, %.1f, %.1f",
                resends.pieces() * perRequest,
                resends.probes() * perRequest,
                resends.timeouts() * perRequest);
    }

    private void verification() {
        long errors = results.measurements().stream().mapToLong(LossMeasurement::errorCount).sum();
        line("");
        line(
                "Verified %d MiB read: %s; %d requests ended with an error.",
                results.verifiedSectorCount() >> 11,
                results.failures().isEmpty() ? "all right" : "DATA ARE WRONG",
                errors);
        results.failures().forEach(failure -> line("- " + failure));
    }

    private void targets() {
        if (!schedule.alternatives().contains(Alternative.VRIO)) {
            return;
        }
        line("");
        line("Targets, by the median of the rounds:");
        line("");
        for (Target target : TARGETS) {
            if (schedule.lossPercents().contains(target.lossPercent)) {
                schedule.rows().forEach(row -> judge(target, row));
            }
        }
    }

    private void judge(Target target, Workload row) {
        double share = results.share(target.lossPercent, row.name(), OURS).median();
        double p999Us = results.percentileUs(target.lossPercent, row.name(), OURS, 99.9);
        double wanted = row.depth() == 1 ? target.share : target.deepShare;
        line(
                "    %s  %s at %s %% loss: %.0f %% of the lossless rate, wanted %.0f %%",
                share >= wanted ? "reached" : "MISSED ",
                row.name(),
                Report.number(target.lossPercent),
                100 * share,
                100 * wanted);
        line(
                "    %s  %s at %s %% loss: p99.9 %.1f ms, wanted under %.0f ms",
                p999Us < target.p999Us ? "reached" : "MISSED ",
                row.name(),
                Report.number(target.lossPercent),
                p999Us / 1000,
                target.p999Us / 1000);
    }

    /** The shares as a picture (SVG): a panel for each row. */
    String svg() {
        List<RatioPlot.Panel> panels = schedule.rows().stream().map(this::panel).toList();
        return new RatioPlot("Share of the lossless rate", RatioPlot.Axis.SHARES, panels).svg();
    }

    private RatioPlot.Panel panel(Workload row) {
        List<RatioPlot.Line> lines = new ArrayList<>();
        for (double loss : schedule.lossPercents()) {
            for (int i = 0; loss > 0 && i < schedule.alternatives().size(); i++) {
                lines.add(line(loss, row.name(), i));
            }
        }
        return new RatioPlot.Panel(row.name(), lines);
    }

    private RatioPlot.Line line(double loss, String row, int index) {
        String who = schedule.alternatives().get(index).title();
        Spread share = results.share(loss, row, who);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.3f   %,.0f of %,.0f",
                        share.median(),
                        results.rate(loss, row, who).median(),
                        results.rate(0, row, who).median());
        return new RatioPlot.Line(Report.number(loss) + " %  " + who, share, figures, index);
    }
}
