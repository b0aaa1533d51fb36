// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How daemons start, as tables in Markdown, as a picture, and as targets reached or missed. */
final class StartReport {
    /** What is wanted: milliseconds from the start of a daemon until its sockets are there. */
    private static final double LISTENING_MS_MAX = 700;

    /** What is wanted: how often the steady rate may be that of the first second. */
    private static final double SLOWDOWN_MAX = 3;

    private static final double KIB_PER_MIB = 1024;

    private final StartResults results;
    private final StringBuilder text = new StringBuilder();

    StartReport(StartResults results) {
        this.results = results;
    }

    String text() {
        results.environment().forEach((name, value) -> line("- %s: %s", name, value));
        line("");
        line(
                "| daemon | sockets after ms min / median / max | ready after ms"
                        + " | own memory after the load, MiB |");
        line("|---|---|---|---|");
        results.alternatives().forEach(this::daemons);
        line("");
        line(
                "| alternative | requests/s in the first second | steady requests/s"
                        + " | steady by first second | p99.9 us in the first second | steady p99.9 us |");
        line("|---|---|---|---|---|---|");
        results.alternatives().forEach(this::rates);
        line("");
        line(
                "%d bad sectors, %d requests ended with an error.",
                results.badSectorCount(), results.errorCount());
        line("");
        line("Targets, by the median:");
        line("");
        results.alternatives().stream().filter(who -> who.startsWith("vrio")).forEach(this::judge);
        return text.toString();
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private void daemons(String who) {
        for (String role : results.roles(who)) {
            line(
                    "| %s (%s) | %s | %s | %s |",
                    role,
                    who,
                    results.daemon(who, role, DaemonStart::listeningMs).format("%.0f"),
                    results.daemon(who, role, DaemonStart::readyMs).format("%.0f"),
                    results.daemon(who, role, daemon -> daemon.ownKib() / KIB_PER_MIB)
                            .format("%.0f"));
        }
    }

    private void rates(String who) {
        line(
                "| %s | %s | %s | %s | %s | %s |",
                who,
                results.spread(who, StartMeasurement::firstSecond).format("%.0f"),
                results.spread(who, StartMeasurement::steady).format("%.0f"),
                results.spread(who, StartMeasurement::slowdown).format("%.2f"),
                results.spread(who, StartMeasurement::firstP999Us).format("%.0f"),
                results.spread(who, StartMeasurement::steadyP999Us).format("%.0f"));
    }

    private void judge(String who) {
        for (String role : results.roles(who)) {
            double ms = results.daemon(who, role, DaemonStart::listeningMs).median();
            line(
                    "    %s  %s (%s): sockets after %.0f ms, wanted within %.0f",
                    ms <= LISTENING_MS_MAX ? "reached" : "MISSED ",
                    role,
                    who,
                    ms,
                    LISTENING_MS_MAX);
        }
        double slowdown = results.spread(who, StartMeasurement::slowdown).median();
        line(
                "    %s  %s: the first second is %.1fx slower than the steady state, wanted at most"
                        + " %.0fx",
                slowdown <= SLOWDOWN_MAX ? "reached" : "MISSED ", who, slowdown, SLOWDOWN_MAX);
    }

    /**
     * The rates after the start as shares of the steady one (SVG): a panel for each alternative.
     */
    String svg() {
        List<RatioPlot.Panel> panels = results.alternatives().stream().map(this::panel).toList();
        String title = "Requests per second after the start, of the steady rate";
        return new RatioPlot(title, RatioPlot.Axis.SHARES, panels).svg();
    }

    private RatioPlot.Panel panel(String who) {
        List<RatioPlot.Line> lines = new ArrayList<>();
        // Every tenth in the first second, then one a second.
        int count = results.measurements().get(0).rates().size();
        int step = 1;
        for (int slice = 0; slice < count; slice += step) {
            lines.add(line(who, slice));
            step =
                    slice + 1 < StartMeasurement.SLICES_PER_SECOND
                            ? 1
                            : StartMeasurement.SLICES_PER_SECOND;
        }
        return new RatioPlot.Panel(who, lines);
    }

    private RatioPlot.Line line(String who, int slice) {
        Spread share = results.spread(who, run -> run.share(slice));
        Spread rate = results.spread(who, run -> run.rates().get(slice));
        String label =
                String.format(
                        Locale.ROOT,
                        "from %.1f s",
                        (double) slice / StartMeasurement.SLICES_PER_SECOND);
        String figures = String.format(Locale.ROOT, "%.2f   %,.0f", share.median(), rate.median());
        return new RatioPlot.Line(label, share, figures, 0);
    }
}
