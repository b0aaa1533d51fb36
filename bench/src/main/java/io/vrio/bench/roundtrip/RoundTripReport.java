// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import io.vrio.bench.RatioPlot;
import io.vrio.bench.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Round trips of some ways by those of the first, as text and as picture. */
public final class RoundTripReport {
    private static final double RATIO_WANTED = 1.18;

    private final List<RoundTripWay> ways;
    private final RoundTripWay reference;
    private final List<RoundTrips> runs;

    /**
     * @param ways the first is the reference
     */
    public RoundTripReport(List<RoundTripWay> ways, List<RoundTrips> runs) {
        this.ways = ways;
        reference = ways.get(0);
        this.runs = runs;
    }

    private List<RoundTripWay> ours() {
        return ways.subList(1, ways.size());
    }

    /** A table in Markdown. */
    public String table() {
        StringBuilder text = new StringBuilder();
        text.append("| alternative | p50 us min / median / max | p99 us | p99.9 us | lost");
        text.append(" | CPU us per round trip: daemons (machine) | ratio of p50 |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        for (RoundTripWay way : ways) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "| %s: %s | %s | %.0f | %.0f | %d | %s (%.1f) | %s |%n",
                            way.title(),
                            way.description(),
                            spread(way, RoundTrips::p50Us).format("%.1f"),
                            spread(way, RoundTrips::p99Us).median(),
                            spread(way, RoundTrips::p999Us).median(),
                            runs(way).mapToLong(RoundTrips::lostCount).sum(),
                            cpu(way),
                            spread(way, RoundTrips::machineCpuUs).median(),
                            way == reference ? "-" : ratio(way).format("%.2f")));
        }
        return text.toString();
    }

    private Stream<RoundTrips> runs(RoundTripWay way) {
        return runs.stream().filter(run -> run.alternative().equals(way.title()));
    }

    private Spread spread(RoundTripWay way, ToDoubleFunction<RoundTrips> value) {
        return Spread.of(runs(way).mapToDouble(value));
    }

    private String cpu(RoundTripWay way) {
        Map<String, Double> daemons = runs(way).findFirst().orElseThrow().daemonCpuUs();
        return daemons.keySet().stream()
                .map(
                        role ->
                                String.format(
                                        Locale.ROOT,
                                        "%.1f",
                                        spread(way, run -> run.daemonCpuUs().get(role)).median()))
                .collect(Collectors.joining(" + "));
    }

    /** One of ours by the reference, of the runs of the same round. */
    Spread ratio(RoundTripWay ours) {
        return Spread.of(
                runs(ours)
                        .flatMapToDouble(
                                run ->
                                        runs(reference)
                                                .filter(other -> other.round() == run.round())
                                                .mapToDouble(
                                                        other -> run.p50Us() / other.p50Us())));
    }

    /** One line for each of ours. */
    public List<String> verdicts() {
        return ours().stream().map(this::verdict).toList();
    }

    private String verdict(RoundTripWay ours) {
        double ratio = ratio(ours).median();
        return String.format(
                Locale.ROOT,
                "%s  request/response, remote NIC, %s: %.2fx the reference's p50 latency, wanted"
                        + " at most %.2fx",
                ratio <= RATIO_WANTED ? "reached" : "MISSED ",
                ours.title(),
                ratio,
                RATIO_WANTED);
    }

    /** One for each of ours; a colour for each. */
    public List<RatioPlot.Line> lines() {
        return ours().stream().map(this::line).toList();
    }

    private RatioPlot.Line line(RoundTripWay ours) {
        Spread ratio = ratio(ours);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %.1f : %.1f us",
                        ratio.median(),
                        spread(ours, RoundTrips::p50Us).median(),
                        spread(reference, RoundTrips::p50Us).median());
        return new RatioPlot.Line("8 bytes, " + ours.title(), ratio, figures, ours().indexOf(ours));
    }
}
