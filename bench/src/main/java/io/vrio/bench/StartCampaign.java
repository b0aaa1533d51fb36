// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts each alternative in turn, loads it at once in slices of a tenth of a second, ends it. */
final class StartCampaign {
    private final Campaign.Site site;
    private final Workload row;
    private final int sliceCount;
    private final Consumer<String> progress;
    private final List<StartMeasurement> measurements = new ArrayList<>();
    private long badSectorCount;
    private long seed = 1;

    /**
     * @param progress hears one line per run
     */
    StartCampaign(Campaign.Site site, Workload row, int seconds, Consumer<String> progress) {
        this.site = site;
        this.row = row;
        this.progress = progress;
        sliceCount = seconds * StartMeasurement.SLICES_PER_SECOND;
    }

    void run(List<Alternative> alternatives, int rounds) {
        for (int round = 0; round <= rounds; round++) {
            for (Alternative alternative : alternatives) {
                StartMeasurement measurement = measure(alternative, round);
                report(measurement);
                if (round > 0) {
                    measurements.add(measurement);
                }
            }
        }
    }

    private StartMeasurement measure(Alternative alternative, int round) {
        Disk disk = site.diskOf(alternative);
        try (Deployment deployment = new Deployment(alternative, disk)) {
            deployment.start(place(disk), seed++);
            // Only once, and in the round that does not count.
            disk.fill(deployment);
            List<LoadResult> slices = new ArrayList<>();
            for (int slice = 0; slice < sliceCount; slice++) {
                slices.add(load(deployment));
            }
            badSectorCount += deployment.verifier().failureCount();
            List<DaemonStart> daemons = deployment.daemons().stream().map(DaemonStart::of).toList();
            return StartMeasurement.of(alternative, row, round, daemons, slices);
        }
    }

    private Alternative.Place place(Disk disk) {
        Path folder = site.folder().resolve("start");
        folder.toFile().mkdirs();
        return new Alternative.Place(site.direct(), disk.file(), folder, site.vrio());
    }

    private LoadResult load(Deployment deployment) {
        LoadRun.Order order = new LoadRun.Order(row, false, seed++);
        return new LoadRun(
                        deployment.guest().queue(0),
                        deployment.verifier(),
                        deployment.disk().model(),
                        order)
                .run(TimeUnit.SECONDS.toNanos(1) / StartMeasurement.SLICES_PER_SECOND);
    }

    private void report(StartMeasurement measurement) {
        StringBuilder starts = new StringBuilder();
        for (DaemonStart daemon : measurement.daemons()) {
            starts.append(
                    String.format(
                            Locale.ROOT,
                            "  %s: sockets %.0f ms, ready %.0f ms",
                            daemon.role(),
                            daemon.listeningMs(),
                            daemon.readyMs()));
        }
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "round %d  %-11s  %,9.0f requests/s at first, %,9.0f later%s",
                        measurement.round(),
                        measurement.alternative(),
                        measurement.firstSecond(),
                        measurement.steady(),
                        starts));
    }

    List<StartMeasurement> measurements() {
        return measurements;
    }

    /** What verification found wrong, in all rounds. */
    long badSectorCount() {
        return badSectorCount;
    }
}
