// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import io.vrio.bench.RatioPlot;
import io.vrio.bench.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is gained by sharing, as a table in Markdown, as targets, and as a picture. */
final class ConsolidationReport {
    private final List<ConsolidationRun> runs;
    private final List<Integer> workUs;

    /**
     * @param workUs the first is judged, the others are for information
     */
    ConsolidationReport(List<ConsolidationRun> runs, List<Integer> workUs) {
        this.runs = runs;
        this.workUs = workUs;
    }

    String table() {
        StringBuilder text = new StringBuilder();
        text.append("| hosts | work us | served by | workers | requests/s min / median / max");
        text.append(" | p50 us | p99 us | CPU us per request: sidecores + servers");
        text.append(" | CPUs busy | ratio of requests/s |\n");
        text.append("|---|---|---|---|---|---|---|---|---|---|\n");
        for (Pattern pattern : patterns()) {
            for (int us : workUs) {
                for (Side side : Side.values()) {
                    text.append(row(pattern, us, side));
                }
            }
        }
        return text.toString();
    }

    /** Those that were measured. */
    private List<Pattern> patterns() {
        return Arrays.stream(Pattern.values())
                .filter(
                        pattern ->
                                runs.stream()
                                        .anyMatch(run -> run.pattern().equals(pattern.title())))
                .toList();
    }

    private String row(Pattern pattern, int us, Side side) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %.0f | %.0f | %.1f + %.1f | %.0f %% | %s |%n",
                pattern.title(),
                us,
                side.title(),
                side == Side.LOCAL ? "4 x 1" : Integer.toString(pattern.sharedWorkers()),
                spread(pattern, us, side, ConsolidationRun::requestsPerSecond).format("%.0f"),
                spread(pattern, us, side, ConsolidationRun::p50Us).median(),
                spread(pattern, us, side, ConsolidationRun::p99Us).median(),
                spread(pattern, us, side, ConsolidationRun::sidecoreCpuUs).median(),
                spread(pattern, us, side, ConsolidationRun::serverCpuUs).median(),
                spread(pattern, us, side, ConsolidationRun::machineCpuPercent).median(),
                side == Side.LOCAL ? "-" : ratio(pattern, us).format("%.2f"));
    }

    private Stream<ConsolidationRun> runs(Pattern pattern, int us, Side side) {
        return runs.stream()
                .filter(run -> run.pattern().equals(pattern.title()))
                .filter(run -> run.workUs() == us)
                .filter(run -> run.side().equals(side.title()));
    }

    private Spread spread(
            Pattern pattern, int us, Side side, ToDoubleFunction<ConsolidationRun> value) {
        return Spread.of(runs(pattern, us, side).mapToDouble(value));
    }

    /** Shared by local, of the pairs that ran one after the other. */
    Spread ratio(Pattern pattern, int us) {
        return Spread.of(
                runs(pattern, us, Side.SHARED)
                        .flatMapToDouble(
                                run ->
                                        runs(pattern, us, Side.LOCAL)
                                                .filter(other -> other.round() == run.round())
                                                .mapToDouble(
                                                        other ->
                                                                run.requestsPerSecond()
                                                                        / other
                                                                                .requestsPerSecond())));
    }

    /** One line for each pattern, and one for each work that is not judged. */
    String verdicts() {
        StringBuilder text = new StringBuilder("Targets, by the median of the pairs:\n\n");
        for (Pattern pattern : patterns()) {
            double ratio = ratio(pattern, workUs.get(0)).median();
            text.append(
                    String.format(
                            Locale.ROOT,
                            "    %s  %s, %d shared workers: %.2fx the requests/s of four local"
                                    + " ones, wanted at least %.2fx%n",
                            ratio >= pattern.wanted() ? "reached" : "MISSED ",
                            pattern.title(),
                            pattern.sharedWorkers(),
                            ratio,
                            pattern.wanted()));
        }
        for (int us : workUs.subList(1, workUs.size())) {
            text.append(shown(us));
        }
        return text.toString();
    }

    private String shown(int us) {
        return String.format(
                Locale.ROOT,
                "    shown    with %d us of work: %s; not judged: the less a request costs, the less"
                        + " there is to share%n",
                us,
                patterns().stream()
                        .map(
                                pattern ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.2fx",
                                                pattern.title(),
                                                ratio(pattern, us).median()))
                        .collect(Collectors.joining(", ")));
    }

    String svg() {
        List<RatioPlot.Panel> panels =
                patterns().stream()
                        .map(
                                pattern ->
                                        new RatioPlot.Panel(
                                                pattern.title(),
                                                workUs.stream()
                                                        .map(us -> line(pattern, us))
                                                        .toList()))
                        .toList();
        return new RatioPlot("Requests per second, by those of four local sidecores", panels).svg();
    }

    private RatioPlot.Line line(Pattern pattern, int us) {
        Spread ratio = ratio(pattern, us);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %,.0f : %,.0f",
                        ratio.median(),
                        spread(pattern, us, Side.SHARED, ConsolidationRun::requestsPerSecond)
                                .median(),
                        spread(pattern, us, Side.LOCAL, ConsolidationRun::requestsPerSecond)
                                .median());
        return new RatioPlot.Line("work " + us + " us", ratio, figures, 0);
    }
}
