// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Curves as a picture (SVG): panels side by side, both axes logarithmic, each point with a whisker
 * from the lowest to the highest run.
 */
public final class CurvePlot {
    private static final int COLUMNS = 2;
    private static final int PANEL_WIDTH = 470;
    private static final int PANEL_HEIGHT = 250;
    private static final int LEFT = 70;
    private static final int RIGHT = 60;
    private static final int TOP = 36;
    private static final int BOTTOM = 34;
    private static final int TITLE_HEIGHT = 40;

    private static final List<String> COLOURS = List.of("#2a6fb0", "#c0703a", "#5a8f3c");

    private final String title;
    private final List<Panel> panels;
    private final StringBuilder svg = new StringBuilder();

    /** Curves in one system of axes, under a title of its own. */
    public record Panel(String title, List<Curve> curves) {
        private Stream<Point> points() {
            return curves.stream().flatMap(curve -> curve.points().stream());
        }
    }

    /**
     * @param label stands at its end; empty where there is one curve alone
     * @param points from left to right
     */
    public record Curve(String label, List<Point> points) {}

    /** Both coordinates are more than 0. */
    public record Point(double x, Spread y) {}

    /** One logarithmic axis. */
    private record Scale(double min, double max, int from, int to) {
        static Scale of(Stream<Point> points, ToDoubleFunction<Point> low, int from, int to) {
            double[] all = points.mapToDouble(low).sorted().toArray();
            double min = all[0];
            // A single value needs some room as well.
            double max = Math.max(all[all.length - 1], min * 1.01);
            return new Scale(min, max, from, to);
        }

        double at(double value) {
            return from + (to - from) * Math.log(value / min) / Math.log(max / min);
        }
    }

    public CurvePlot(String title, List<Panel> panels) {
        this.title = title;
        this.panels = panels;
    }

    public String svg() {
        text(20, 24, "start", 15, title);
        for (int i = 0; i < panels.size(); i++) {
            int left = i % COLUMNS * PANEL_WIDTH;
            int top = TITLE_HEIGHT + i / COLUMNS * PANEL_HEIGHT;
            panel(panels.get(i), left, top);
        }
        int rows = (panels.size() + COLUMNS - 1) / COLUMNS;
        return String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n%s</svg>%n",
                COLUMNS * PANEL_WIDTH, TITLE_HEIGHT + rows * PANEL_HEIGHT, svg);
    }

    private void panel(Panel panel, int left, int top) {
        int bottom = top + PANEL_HEIGHT - BOTTOM;
        Scale x = Scale.of(panel.points(), Point::x, left + LEFT, left + PANEL_WIDTH - RIGHT);
        Scale y =
                Scale.of(
                        panel.points()
                                .flatMap(
                                        point ->
                                                Stream.of(
                                                        new Point(point.y().min(), point.y()),
                                                        new Point(point.y().max(), point.y()))),
                        Point::x,
                        bottom,
                        top + TOP);
        text(left + 20, top + 18, "start", 13, panel.title());
        panel.points().mapToDouble(Point::x).distinct().forEach(value -> column(value, x, y));
        Stream.of(y.min(), Math.sqrt(y.min() * y.max()), y.max())
                .forEach(value -> row(value, x, y));
        for (int i = 0; i < panel.curves().size(); i++) {
            curve(panel.curves().get(i), COLOURS.get(i % COLOURS.size()), x, y);
        }
    }

    private void column(double value, Scale x, Scale y) {
        grid(x.at(value), y.from(), x.at(value), y.to());
        text((int) x.at(value), y.from() + 16, "middle", 11, Report.number(value));
    }

    private void row(double value, Scale x, Scale y) {
        grid(x.from(), y.at(value), x.to(), y.at(value));
        String figure = String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
        text(x.from() - 6, (int) y.at(value) + 4, "end", 11, figure);
    }

    private void grid(double fromX, double fromY, double toX, double toY) {
        add(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
                fromX, fromY, toX, toY);
    }

    private void curve(Curve curve, String colour, Scale x, Scale y) {
        StringBuilder path = new StringBuilder();
        for (Point point : curve.points()) {
            double at = x.at(point.x());
            double middle = y.at(point.y().median());
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", at, middle));
            add(
                    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>",
                    at, y.at(point.y().min()), at, y.at(point.y().max()));
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", at, middle, colour);
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>",
                path.toString().strip(), colour);
        Point last = curve.points().get(curve.points().size() - 1);
        int labelY = (int) y.at(last.y().median()) + 4;
        text((int) x.at(last.x()) + 8, labelY, "start", 11, curve.label());
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
