// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The ratios of requests per second as a picture (SVG): a panel for each loss. */
final class Plot {
    private final Results results;
    private final Schedule schedule;

    Plot(Results results, Schedule schedule) {
        this.results = results;
        this.schedule = schedule;
    }

    String svg() {
        String title = "Requests per second, relative to " + results.reference();
        return new RatioPlot(title, schedule.lossPercents().stream().map(this::panel).toList())
                .svg();
    }

    private RatioPlot.Panel panel(double loss) {
        List<RatioPlot.Line> lines = new ArrayList<>();
        for (Workload row : schedule.rows()) {
            for (int i = 1; i < schedule.alternatives().size(); i++) {
                lines.add(line(loss, row.name(), i));
            }
        }
        return new RatioPlot.Panel("loss " + Report.number(loss) + " %", lines);
    }

    private RatioPlot.Line line(double loss, String row, int index) {
        String alternative = schedule.alternatives().get(index).title();
        Spread ratio = results.ratio(loss, row, alternative, Measurement::requestsPerSecond);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %,.0f : %,.0f",
                        ratio.median(),
                        median(loss, row, alternative),
                        median(loss, row, results.reference()));
        return new RatioPlot.Line(row + "  " + alternative, ratio, figures, index - 1);
    }

    private double median(double loss, String row, String alternative) {
        return results.spread(loss, row, alternative, Measurement::requestsPerSecond).median();
    }
}
