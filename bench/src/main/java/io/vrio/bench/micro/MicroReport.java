// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.bench.RatioPlot;
import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the parts cost, as a table in Markdown, and as a picture: each by the first of its part. */
final class MicroReport {
    private final Map<String, String> environment;
    private final List<MicroCost> costs;

    MicroReport(Map<String, String> environment, List<MicroCost> costs) {
        this.environment = environment;
        this.costs = costs;
    }

    Map<String, Object> results() {
        return Map.of("environment", environment, "costs", costs);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
        text.append("\n| part | operation | ns min / median / max | bytes of garbage |\n");
        text.append("|---|---|---|---|\n");
        for (MicroCost cost : costs) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %s | %.1f |%n",
                            cost.part(),
                            cost.operation(),
                            cost.spread().format(cost.spread().median() < 100 ? "%.1f" : "%.0f"),
                            cost.bytes()));
        }
        return text.append(emptyChain()).toString();
    }

    /** What the seam costs where nobody stands at it; empty unless both were measured. */
    private String emptyChain() {
        Optional<MicroCost> none = station("direct");
        Optional<MicroCost> empty = station("request 0");
        if (none.isEmpty() || empty.isEmpty()) {
            return "";
        }
        Spread without = none.get().spread();
        Spread with = empty.get().spread();
        double difference = with.median() - without.median();
        double noise = Math.max(with.max() - with.min(), without.max() - without.min());
        return String.format(
                Locale.ROOT,
                "%n    %s  an empty chain: %.2f ns beside %.2f without a chain, %+.2f ns; the seconds"
                        + " of one differ by up to %.2f ns; wanted nothing measurable%n",
                Math.abs(difference) <= noise ? "reached" : "MISSED ",
                with.median(),
                without.median(),
                difference,
                noise);
    }

    private Optional<MicroCost> station(String operation) {
        return costs.stream()
                .filter(cost -> cost.part().equals("stations"))
                .filter(cost -> cost.operation().equals(operation))
                .findFirst();
    }

    String svg() {
        Map<String, List<MicroCost>> parts = new LinkedHashMap<>();
        costs.forEach(cost -> parts.computeIfAbsent(cost.part(), p -> new ArrayList<>()).add(cost));
        List<RatioPlot.Panel> panels = new ArrayList<>();
        parts.forEach((part, all) -> panels.add(panel(part, all)));
        return new RatioPlot("Time of an operation, by that of the first of its part", panels)
                .svg();
    }

    private static RatioPlot.Panel panel(String part, List<MicroCost> costs) {
        double first = costs.get(0).spread().median();
        return new RatioPlot.Panel(part, costs.stream().map(cost -> line(cost, first)).toList());
    }

    private static RatioPlot.Line line(MicroCost cost, double first) {
        Spread ns = cost.spread();
        Spread ratio = new Spread(ns.min() / first, ns.median() / first, ns.max() / first);
        String figures =
                String.format(
                        Locale.ROOT,
                        ns.median() < 100 ? "%.2fx   %.1f ns" : "%.2fx   %,.0f ns",
                        ratio.median(),
                        ns.median());
        return new RatioPlot.Line(cost.operation(), ratio, figures, 0);
    }
}
