// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.ManyHosts;
import io.vrio.bench.ProcessUsage;
import io.vrio.bench.WarmUps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Lets each of the things grow, from one, so often as there are rounds; so sizes alternate. What
 * makes a daemon larger begins with new daemons for each size: otherwise nobody could tell what the
 * size costs.
 */
final class GrowthCampaign {
    private static final double WARM_UP_SECONDS = 1;

    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1e3;

    private final BenchOptions bench;
    private final ManyHosts hosts;
    private final double seconds;
    private final IntPredicate isWanted;
    private final WarmUps warmUps;
    private final Consumer<String> progress;
    private final List<GrowthRun> runs = new ArrayList<>();
    private int siteCount;

    /**
     * @param isWanted tells which sizes are measured
     * @param progress hears one line per run
     */
    GrowthCampaign(
            BenchOptions bench,
            ManyHosts hosts,
            double seconds,
            IntPredicate isWanted,
            WarmUps warmUps,
            Consumer<String> progress) {
        this.bench = bench;
        this.hosts = hosts;
        this.seconds = seconds;
        this.isWanted = isWanted;
        this.warmUps = warmUps;
        this.progress = progress;
    }

    List<GrowthRun> run(List<Growth> all, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (Growth growth : all) {
                switch (growth) {
                    case DEPTH -> deepen(round);
                    case DEVICES, IDLE -> addDevices(growth, round);
                    case HOSTS -> addHosts(round);
                }
            }
        }
        return List.copyOf(runs);
    }

    private List<Integer> sizes(Growth growth) {
        return growth.sizes().stream().filter(isWanted::test).toList();
    }

    private GrowthSite newSite(int diskCount, int slots) {
        return new GrowthSite(bench, hosts, "growth" + siteCount++, diskCount, slots);
    }

    private void deepen(int round) {
        List<Integer> depths = sizes(Growth.DEPTH);
        int deepest = depths.get(depths.size() - 1);
        try (GrowthSite site = newSite(1, deepest)) {
            site.addServer(0, 1);
            for (int depth : depths) {
                warmUp(site, Growth.DEPTH, depth, round);
                measure(site, Growth.DEPTH, depth, round);
            }
        }
    }

    private void addDevices(Growth growth, int round) {
        for (int count : sizes(growth)) {
            int depth = growth.depth(count);
            try (GrowthSite site = newSite(count, depth)) {
                site.addServer(0, count);
                warmUp(site, growth, count, round);
                measure(site, growth, count, round);
            }
        }
    }

    private void addHosts(int round) {
        List<Integer> sizes =
                sizes(Growth.HOSTS).stream().filter(size -> size <= hosts.count()).toList();
        int depth = Growth.HOSTS.depth(1);
        try (GrowthSite site = newSite(sizes.get(sizes.size() - 1), depth)) {
            for (int size : sizes) {
                while (site.servers().size() < size) {
                    site.addServer(site.servers().size(), 1);
                }
                warmUp(site, Growth.HOSTS, size, round);
                measure(site, Growth.HOSTS, size, round);
            }
        }
    }

    private void warmUp(GrowthSite site, Growth growth, int size, int round) {
        try (ManyDisksLoad load = load(site, growth)) {
            warmUps.run(
                    growth.title() + " " + size + ", round " + (round + 1),
                    site.daemons(),
                    WARM_UP_SECONDS,
                    length -> load.run(growth.depth(size), (long) (length * NS_PER_S)));
        }
    }

    private static ManyDisksLoad load(GrowthSite site, Growth growth) {
        return new ManyDisksLoad(growth.used(site.queues()), GrowthSite.CAPACITY);
    }

    private void measure(GrowthSite site, Growth growth, int size, int round) {
        long serversBefore = cpuNs(site.servers());
        long iohypBefore = site.iohyp().usage().cpuNs();
        long machineBefore = ProcessUsage.machineCpuNs();
        ManyDisksLoad.Outcome outcome;
        try (ManyDisksLoad load = load(site, growth)) {
            outcome = load.run(growth.depth(size), (long) (seconds * NS_PER_S));
        }
        long machineNs = ProcessUsage.machineCpuNs() - machineBefore;
        long serversNs = cpuNs(site.servers()) - serversBefore;
        long iohypNs = site.iohyp().usage().cpuNs() - iohypBefore;
        double perRequest = NS_PER_US * Math.max(1, outcome.latenciesNs().getTotalCount());
        add(
                new GrowthRun(
                        growth.title(),
                        size,
                        round,
                        outcome.requestsPerSecond(),
                        outcome.latenciesNs().getValueAtPercentile(50) / NS_PER_US,
                        outcome.latenciesNs().getValueAtPercentile(99) / NS_PER_US,
                        outcome.errorCount(),
                        cost(site.servers().get(0), serversNs / perRequest),
                        cost(site.iohyp(), iohypNs / perRequest),
                        machineNs / perRequest));
    }

    private static GrowthRun.DaemonCost cost(Daemon daemon, double cpuUs) {
        OwnMemory memory = OwnMemory.of(daemon.pid());
        return new GrowthRun.DaemonCost(cpuUs, memory.ownKib(), memory.reservedKib());
    }

    private static long cpuNs(List<Daemon> daemons) {
        return daemons.stream().mapToLong(daemon -> daemon.usage().cpuNs()).sum();
    }

    private void add(GrowthRun run) {
        runs.add(run);
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "round %d  %-8s %3d  %,9.0f requests/s  p50 %,.0f us  p99 %,.0f us"
                                + "  server %d MiB, iohyp %d MiB",
                        run.round() + 1,
                        run.growth(),
                        run.size(),
                        run.requestsPerSecond(),
                        run.p50Us(),
                        run.p99Us(),
                        run.server().ownKib() >> 10,
                        run.iohyp().ownKib() >> 10));
    }
}
