// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Locale;

/**
 * Ratios as a picture (SVG): panels of lines, each with a bar to the median and a whisker from the
 * lowest to the highest pair, on a logarithmic scale.
 */
public final class RatioPlot {
    private static final int WIDTH = 960;
    private static final int LEFT = 190;
    private static final int RIGHT = 190;
    private static final int LINE_HEIGHT = 24;
    private static final int BAR_HEIGHT = 12;
    private static final int PANEL_GAP = 56;
    private static final int TOP = 40;

    private static final List<String> COLOURS = List.of("#2a6fb0", "#c0703a", "#5a8f3c");

    private final String title;
    private final Axis axis;
    private final List<Panel> panels;
    private final StringBuilder svg = new StringBuilder();
    private int y = TOP;

    /**
     * Where the ratios lie; those beyond its ends are drawn at the end, their figure stands beside.
     */
    public record Axis(List<Double> ticks) {
        public static final Axis RATIOS =
                new Axis(List.of(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0));
        public static final Axis SHARES = new Axis(List.of(0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0));

        private double share(double ratio) {
            double min = ticks.get(0);
            double max = ticks.get(ticks.size() - 1);
            double bounded = Math.max(min, Math.min(max, ratio));
            return Math.log(bounded / min) / Math.log(max / min);
        }
    }

    /** Lines under a title of their own. */
    public record Panel(String title, List<Line> lines) {}

    /**
     * One ratio.
     *
     * @param figures what stands beside it, beginning with the ratio itself
     * @param colour lines of one colour belong together; counted from 0
     */
    public record Line(String label, Spread ratio, String figures, int colour) {}

    public RatioPlot(String title, List<Panel> panels) {
        this(title, Axis.RATIOS, panels);
    }

    public RatioPlot(String title, Axis axis, List<Panel> panels) {
        this.title = title;
        this.axis = axis;
        this.panels = panels;
    }

    public String svg() {
        text(20, 24, "start", 15, title);
        panels.forEach(this::panel);
        return String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n%s</svg>%n",
                WIDTH, y, svg);
    }

    private void panel(Panel panel) {
        y += 16;
        text(20, y, "start", 13, panel.title());
        y += 8;
        grid(y, y + panel.lines().size() * LINE_HEIGHT);
        panel.lines().forEach(this::line);
        y += PANEL_GAP;
    }

    private void grid(int top, int bottom) {
        for (double tick : axis.ticks()) {
            String colour = tick == 1 ? "#444444" : "#dddddd";
            add(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
                    x(tick), top, x(tick), bottom, colour);
            text((int) x(tick), bottom + 14, "middle", 11, Report.number(tick) + "x");
        }
    }

    private void line(Line line) {
        Spread ratio = line.ratio();
        String colour = COLOURS.get(line.colour() % COLOURS.size());
        int middle = y + LINE_HEIGHT / 2;
        double from = Math.min(x(1), x(ratio.median()));
        double width = Math.abs(x(1) - x(ratio.median()));
        add(
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                from, middle - BAR_HEIGHT / 2, width, BAR_HEIGHT, colour);
        add(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\"/>",
                x(ratio.min()), middle, x(ratio.max()), middle);
        text(LEFT - 10, middle + 4, "end", 12, line.label());
        text(WIDTH - RIGHT + 14, middle + 4, "start", 12, line.figures());
        y += LINE_HEIGHT;
    }

    private double x(double ratio) {
        return LEFT + axis.share(ratio) * (WIDTH - LEFT - RIGHT);
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
