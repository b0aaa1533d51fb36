// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Measures every row at every rate of loss, over one link. All alternatives stay started, and in
 * each round a row is run at all rates, so that each rate of requests is compared with the lossless
 * one of the same half minute.
 */
final class LossCampaign {
    private static final double NS_PER_S = 1e9;

    private final Schedule schedule;
    private final Campaign.Site site;
    private final WarmUps warmUps;
    private final Consumer<String> progress;
    private final List<LossMeasurement> measurements = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private long seed = 1;

    /**
     * @param progress hears one line per run
     */
    LossCampaign(
            Schedule schedule, Campaign.Site site, WarmUps warmUps, Consumer<String> progress) {
        this.schedule = schedule;
        this.site = site;
        this.warmUps = warmUps;
        this.progress = progress;
    }

    void run() {
        progress.accept(
                String.format(
                        "%d runs, about %.0f minutes",
                        schedule.runCount(), Math.ceil(schedule.expectedSeconds() / 60)));
        try {
            site.loss().set(0);
            schedule.alternatives().forEach(this::start);
            deployments.forEach(deployment -> deployment.disk().fill(deployment));
            schedule.rows().forEach(this::measureRow);
        } finally {
            // A stopping daemon must not wait for packets that are lost.
            site.loss().set(0);
            for (int i = deployments.size() - 1; i >= 0; i--) {
                deployments.get(i).close();
            }
        }
    }

    private void start(Alternative alternative) {
        progress.accept("starting " + alternative.title() + ": " + alternative.description());
        Disk disk = site.diskOf(alternative);
        Deployment deployment = new Deployment(alternative, disk);
        deployments.add(deployment);
        deployment.start(place(disk), seed++);
    }

    private Alternative.Place place(Disk disk) {
        Path folder = site.folder().resolve("loss");
        folder.toFile().mkdirs();
        return new Alternative.Place(site.lossy(), disk.file(), folder, site.vrio());
    }

    private void measureRow(Workload row) {
        // With loss, too: what repairs it is compiled when it has run for a while.
        for (double lossPercent : schedule.lossPercents()) {
            site.loss().set(lossPercent);
            for (Deployment deployment : deployments) {
                warmUps.run(
                        String.format(
                                "%s, loss %s %%, %s",
                                row.name(),
                                Report.number(lossPercent),
                                deployment.alternative().title()),
                        deployment.daemons(),
                        Schedule.WARM_UP_SECONDS,
                        seconds -> load(deployment, row, seconds));
            }
        }
        for (int round = 0; round < schedule.rounds(); round++) {
            for (double lossPercent : schedule.lossPercents()) {
                site.loss().set(lossPercent);
                for (Deployment deployment : deployments) {
                    measure(deployment, row, lossPercent, round);
                }
            }
        }
    }

    private void measure(Deployment deployment, Workload row, double lossPercent, int round) {
        Resends before = resends(deployment);
        LoadResult result = load(deployment, row, schedule.seconds());
        Resends resends = resends(deployment).minus(before);
        LossMeasurement measurement =
                LossMeasurement.of(
                        lossPercent,
                        row,
                        deployment.alternative(),
                        round,
                        new LossMeasurement.Observed(result, resends));
        measurements.add(measurement);
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "loss %s%%  %-8s round %d  %-11s %9.0f requests/s  p99.9 %8.0f us  %s",
                        Report.number(lossPercent),
                        row.name(),
                        round + 1,
                        measurement.alternative(),
                        measurement.requestsPerSecond(),
                        measurement.p999Us(),
                        resends));
    }

    private Resends resends(Deployment deployment) {
        Alternative alternative = deployment.alternative();
        List<Path> controls = alternative.controls(place(deployment.disk()));
        return controls.isEmpty()
                ? Resends.ofKernel(deployment.daemons())
                : Resends.ofDaemons(controls);
    }

    private LoadResult load(Deployment deployment, Workload row, double seconds) {
        LoadRun.Order order = new LoadRun.Order(row, schedule.isPolling(), seed++);
        return new LoadRun(
                        deployment.guest().queue(0),
                        deployment.verifier(),
                        deployment.disk().model(),
                        order)
                .run((long) (seconds * NS_PER_S));
    }

    List<LossMeasurement> measurements() {
        return measurements;
    }

    /** What verification found wrong; empty when all data were right. */
    List<String> failures() {
        return deployments.stream()
                .filter(deployment -> deployment.verifier().failureCount() > 0)
                .map(
                        deployment ->
                                deployment.alternative().title()
                                        + ": "
                                        + deployment.verifier().failureCount()
                                        + " bad sectors")
                .toList();
    }

    long verifiedSectorCount() {
        return deployments.stream()
                .mapToLong(deployment -> deployment.verifier().verifiedSectorCount())
                .sum();
    }
}
