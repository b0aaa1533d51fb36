// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Latencies of ways of ours by those of the first, as a picture (SVG): a disk, and a NIC. */
final class WaysPlot {
    private final Results disk;
    private final Schedule schedule;
    private final RoundTripReport nic;

    WaysPlot(Results disk, Schedule schedule, RoundTripReport nic) {
        this.disk = disk;
        this.schedule = schedule;
        this.nic = nic;
    }

    /**
     * @param others panels beneath
     */
    String svg(String title, RatioPlot.Panel... others) {
        List<RatioPlot.Line> lines = new ArrayList<>();
        for (Workload row : schedule.rows()) {
            for (int i = 1; i < schedule.alternatives().size(); i++) {
                lines.add(line(row.name(), i));
            }
        }
        List<RatioPlot.Panel> panels = new ArrayList<>();
        panels.add(new RatioPlot.Panel("disk", lines));
        panels.add(new RatioPlot.Panel("NIC", nic.lines()));
        panels.addAll(List.of(others));
        return new RatioPlot(title, panels).svg();
    }

    private RatioPlot.Line line(String row, int index) {
        String ours = schedule.alternatives().get(index).title();
        Spread ratio = disk.ratio(0, row, ours, Measurement::p50Us);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %.1f : %.1f us",
                        ratio.median(),
                        disk.spread(0, row, ours, Measurement::p50Us).median(),
                        disk.spread(0, row, disk.reference(), Measurement::p50Us).median());
        return new RatioPlot.Line(row + ", " + ours, ratio, figures, index - 1);
    }
}
