// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Locale;

/**
 * The ratios of requests per second as a picture (SVG): one line per row and alternative, a bar to
 * the median, a whisker from the lowest to the highest pair, on a logarithmic scale.
 */
final class Plot {
    private static final int WIDTH = 960;
    private static final int LEFT = 190;
    private static final int RIGHT = 190;
    private static final int LINE_HEIGHT = 24;
    private static final int BAR_HEIGHT = 12;
    private static final int PANEL_GAP = 56;
    private static final int TOP = 40;

    /** Ratios beyond these ends are drawn at the end; their figure stands beside. */
    private static final double RATIO_MIN = 0.1;

    private static final double RATIO_MAX = 100;
    private static final double[] TICKS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
    private static final List<String> COLOURS = List.of("#2a6fb0", "#c0703a", "#5a8f3c");

    private final Results results;
    private final Schedule schedule;
    private final StringBuilder svg = new StringBuilder();
    private int y = TOP;

    Plot(Results results, Schedule schedule) {
        this.results = results;
        this.schedule = schedule;
    }

    String svg() {
        text(20, 24, "start", 15, "Requests per second, relative to " + results.reference());
        for (double loss : schedule.lossPercents()) {
            panel(loss);
        }
        return String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n%s</svg>%n",
                WIDTH, y, svg);
    }

    private void panel(double loss) {
        y += 16;
        text(20, y, "start", 13, "loss " + Report.number(loss) + " %");
        y += 8;
        int top = y;
        int lineCount = schedule.rows().size() * (schedule.alternatives().size() - 1);
        grid(top, top + lineCount * LINE_HEIGHT);
        for (Workload row : schedule.rows()) {
            for (int i = 1; i < schedule.alternatives().size(); i++) {
                ratioLine(loss, row.name(), i);
            }
        }
        y += PANEL_GAP;
    }

    private void grid(int top, int bottom) {
        for (double tick : TICKS) {
            String colour = tick == 1 ? "#444444" : "#dddddd";
            add(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
                    x(tick), top, x(tick), bottom, colour);
            text((int) x(tick), bottom + 14, "middle", 11, Report.number(tick) + "x");
        }
    }

    private void ratioLine(double loss, String row, int index) {
        String alternative = schedule.alternatives().get(index).title();
        Spread ratio = results.ratio(loss, row, alternative, Measurement::requestsPerSecond);
        String colour = COLOURS.get((index - 1) % COLOURS.size());
        int middle = y + LINE_HEIGHT / 2;
        double from = Math.min(x(1), x(ratio.median()));
        double width = Math.abs(x(1) - x(ratio.median()));
        add(
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                from, middle - BAR_HEIGHT / 2, width, BAR_HEIGHT, colour);
        add(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\"/>",
                x(ratio.min()), middle, x(ratio.max()), middle);
        text(LEFT - 10, middle + 4, "end", 12, row + "  " + alternative);
        text(WIDTH - RIGHT + 14, middle + 4, "start", 12, figures(loss, row, alternative, ratio));
        y += LINE_HEIGHT;
    }

    private String figures(double loss, String row, String alternative, Spread ratio) {
        return String.format(
                Locale.ROOT,
                "%.2fx   %,.0f : %,.0f",
                ratio.median(),
                results.spread(loss, row, alternative, Measurement::requestsPerSecond).median(),
                results.spread(loss, row, results.reference(), Measurement::requestsPerSecond)
                        .median());
    }

    private static double x(double ratio) {
        double bounded = Math.max(RATIO_MIN, Math.min(RATIO_MAX, ratio));
        double share = Math.log(bounded / RATIO_MIN) / Math.log(RATIO_MAX / RATIO_MIN);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private void text(int x, int y, String anchor, int size, String content) {
        add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>",
                x, y, anchor, size, content);
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
