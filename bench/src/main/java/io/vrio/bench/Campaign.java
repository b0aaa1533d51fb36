// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.verify.DataVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Carries a schedule out. All alternatives stay started, and serve the same file, while one at a
 * time is measured: so they alternate within seconds, and what one writes the other must read. What
 * the idle ones use meanwhile is measured too.
 */
final class Campaign {
    /** The idle alternatives' share of one core that is worth a warning. */
    private static final double IDLE_PERCENT_MAX = 3;

    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_S = 1e9;

    private final Schedule schedule;
    private final Site site;
    private final WarmUps warmUps;
    private final Consumer<String> progress;
    private final List<Measurement> measurements = new ArrayList<>();
    private final Map<String, DaemonMemory> memory = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final long startNs = System.nanoTime();
    private long verifiedSectorCount;
    private long seed = 1;

    /**
     * What the campaign runs on.
     *
     * @param apart a link like the direct one, for an alternative that changes its interfaces
     */
    record Site(
            Network direct,
            Network apart,
            Network lossy,
            Loss loss,
            Disks disks,
            Path folder,
            Path vrio) {
        Disk diskOf(Alternative alternative) {
            return disks.of(alternative);
        }

        Network network(Alternative alternative, double lossPercent) {
            if (lossPercent > 0) {
                return lossy;
            }
            return alternative.isApart() ? apart : direct;
        }
    }

    /**
     * @param progress hears one line per run
     */
    Campaign(Schedule schedule, Site site, WarmUps warmUps, Consumer<String> progress) {
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
        schedule.lossPercents().forEach(this::measureLoss);
    }

    private void measureLoss(double lossPercent) {
        List<Deployment> deployments = new ArrayList<>();
        try {
            site.loss().set(0);
            for (Alternative alternative : schedule.alternatives()) {
                deployments.add(start(alternative, lossPercent));
            }
            deployments.forEach(deployment -> deployment.disk().fill(deployment));
            site.loss().set(lossPercent);
            for (Workload row : schedule.rows()) {
                measureRow(deployments, row, lossPercent);
            }
            deployments.forEach(this::addVerification);
        } finally {
            // A stopping daemon must not wait for packets that are lost.
            site.loss().set(0);
            closeAll(deployments);
        }
    }

    private Deployment start(Alternative alternative, double lossPercent) {
        progress.accept("starting " + alternative.title() + ": " + alternative.description());
        Path folder = site.folder().resolve("loss-" + lossPercent);
        folder.toFile().mkdirs();
        Disk disk = site.diskOf(alternative);
        Deployment deployment = new Deployment(alternative, disk);
        try {
            deployment.start(
                    new Alternative.Place(
                            site.network(alternative, lossPercent),
                            disk.file(),
                            folder,
                            site.vrio()),
                    seed++);
            return deployment;
        } catch (RuntimeException e) {
            closeAll(List.of(deployment));
            throw e;
        }
    }

    private static void closeAll(List<Deployment> deployments) {
        for (int i = deployments.size() - 1; i >= 0; i--) {
            try {
                deployments.get(i).close();
            } catch (RuntimeException e) {
                System.err.println("while stopping: " + e.getMessage());
            }
        }
    }

    private void measureRow(List<Deployment> deployments, Workload row, double lossPercent) {
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
        for (int round = 0; round < schedule.rounds(); round++) {
            for (Deployment deployment : deployments) {
                List<Deployment> idle = new ArrayList<>(deployments);
                idle.remove(deployment);
                Measurement measurement = measure(deployment, idle, row, lossPercent, round);
                measurements.add(measurement);
                deployment.daemons().forEach(daemon -> addMemory(deployment, daemon, lossPercent));
                report(measurement);
            }
        }
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

    private Measurement measure(
            Deployment deployment,
            List<Deployment> idle,
            Workload row,
            double lossPercent,
            int round) {
        List<Long> daemonsBefore = cpuNs(deployment);
        long idleBefore = idle.stream().mapToLong(Deployment::cpuNs).sum();
        long guestBefore = guestCpuNs();
        long machineBefore = ProcessUsage.machineCpuNs();
        LoadResult result = load(deployment, row, schedule.seconds());
        double machineNs = ProcessUsage.machineCpuNs() - machineBefore;
        double guestNs = guestCpuNs() - guestBefore;
        double idleNs = idle.stream().mapToLong(Deployment::cpuNs).sum() - idleBefore;
        List<Long> daemonsAfter = cpuNs(deployment);
        double requests = Math.max(1, result.requestCount());
        Map<String, Double> daemonCpuUs = new LinkedHashMap<>();
        for (int i = 0; i < daemonsBefore.size(); i++) {
            double ns = daemonsAfter.get(i) - daemonsBefore.get(i);
            daemonCpuUs.put(deployment.daemons().get(i).role(), ns / requests / NS_PER_US);
        }
        return new Measurement(
                lossPercent,
                row.name(),
                deployment.alternative().title(),
                round,
                result.requestsPerSecond(),
                result.megabytesPerSecond(),
                result.percentileUs(50),
                result.percentileUs(99),
                result.percentileUs(99.9),
                result.percentileUs(100),
                result.requestCount(),
                result.errorCount(),
                daemonCpuUs,
                guestNs / requests / NS_PER_US,
                machineNs / requests / NS_PER_US,
                100 * idleNs / result.elapsedNs());
    }

    private static List<Long> cpuNs(Deployment deployment) {
        return deployment.daemons().stream().map(daemon -> daemon.usage().cpuNs()).toList();
    }

    private static long guestCpuNs() {
        return ProcessUsage.of(ProcessHandle.current().pid()).cpuNs();
    }

    private void addMemory(Deployment deployment, Daemon daemon, double lossPercent) {
        String key = lossPercent + deployment.alternative().title() + daemon.role();
        DaemonMemory now =
                DaemonMemory.of(
                        lossPercent,
                        deployment.alternative().title(),
                        daemon.role(),
                        daemon.usage());
        memory.merge(key, now, DaemonMemory::max);
    }

    private void addVerification(Deployment deployment) {
        DataVerifier verifier = deployment.verifier();
        verifiedSectorCount += verifier.verifiedSectorCount();
        if (verifier.failureCount() > 0) {
            String who = deployment.alternative().title();
            failures.add(who + ": " + verifier.failureCount() + " bad sectors");
            verifier.failures().forEach(failure -> failures.add(who + ": " + failure));
        }
    }

    private void report(Measurement measurement) {
        int done = measurements.size();
        double elapsedS = (System.nanoTime() - startNs) / NS_PER_S;
        double leftS = elapsedS / done * (schedule.runCount() - done);
        progress.accept(
                String.format(
                        "[%3d/%d, %d:%02d left] loss %s%%  %-9s  round %d  %-10s  %,9.0f requests/s"
                                + "  p50 %,.0f us%s",
                        done,
                        schedule.runCount(),
                        (int) leftS / 60,
                        (int) leftS % 60,
                        Report.number(measurement.lossPercent()),
                        measurement.row(),
                        measurement.round() + 1,
                        measurement.alternative(),
                        measurement.requestsPerSecond(),
                        measurement.p50Us(),
                        warning(measurement)));
    }

    private static String warning(Measurement measurement) {
        if (measurement.errorCount() > 0) {
            return "  " + measurement.errorCount() + " I/O ERRORS";
        }
        if (measurement.idleCpuPercent() > IDLE_PERCENT_MAX) {
            return String.format(
                    "  (the idle alternatives used %.0f%% of a core)",
                    measurement.idleCpuPercent());
        }
        return "";
    }

    List<Measurement> measurements() {
        return measurements;
    }

    List<DaemonMemory> memory() {
        return List.copyOf(memory.values());
    }

    /** What verification found wrong; empty when all data were right. */
    List<String> failures() {
        return failures;
    }

    long verifiedSectorCount() {
        return verifiedSectorCount;
    }
}
