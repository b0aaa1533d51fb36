// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.ProcessUsage;
import io.vrio.bench.WarmUps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** All ways stay started, and are measured in alternation. */
public final class RoundTripCampaign {
    private static final double WARM_UP_SECONDS = 2;

    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1e3;

    private final BenchOptions bench;
    private final String peerNamespace;
    private final WarmUps warmUps;
    private final Consumer<String> progress;
    private final List<RoundTrips> runs = new ArrayList<>();

    /**
     * @param peerNamespace where the machine is that answers
     * @param progress hears one line per run
     */
    public RoundTripCampaign(
            BenchOptions bench, String peerNamespace, WarmUps warmUps, Consumer<String> progress) {
        this.bench = bench;
        this.peerNamespace = peerNamespace;
        this.warmUps = warmUps;
        this.progress = progress;
    }

    /** What each run of these ways came to, in the order of the runs. */
    public List<RoundTrips> run(List<RoundTripWay> ways, int rounds, double seconds) {
        List<RoundTripGuest> guests = new ArrayList<>();
        try {
            ways.forEach(way -> guests.add(new RoundTripGuest(way, bench, peerNamespace)));
            for (RoundTripGuest guest : guests) {
                warmUps.run(
                        "round trips, " + guest.way().title(),
                        guest.daemons(),
                        WARM_UP_SECONDS,
                        length -> guest.run((long) (length * NS_PER_S)));
            }
            for (int round = 0; round < rounds; round++) {
                for (RoundTripGuest guest : guests) {
                    add(measure(guest, round, seconds));
                }
            }
        } finally {
            guests.forEach(RoundTripGuest::close);
        }
        return List.copyOf(runs);
    }

    private static RoundTrips measure(RoundTripGuest guest, int round, double seconds) {
        List<Long> before = cpuNs(guest);
        long machineBefore = ProcessUsage.machineCpuNs();
        RoundTripGuest.Outcome outcome = guest.run((long) (seconds * NS_PER_S));
        double machineNs = ProcessUsage.machineCpuNs() - machineBefore;
        List<Long> after = cpuNs(guest);
        double count = Math.max(1, outcome.ns().getTotalCount());
        Map<String, Double> daemonCpuUs = new LinkedHashMap<>();
        for (int i = 0; i < before.size(); i++) {
            double ns = after.get(i) - before.get(i);
            daemonCpuUs.put(guest.daemons().get(i).role(), ns / count / NS_PER_US);
        }
        return new RoundTrips(
                guest.way().title(),
                round,
                outcome.ns().getTotalCount(),
                outcome.lostCount(),
                outcome.ns().getValueAtPercentile(50) / NS_PER_US,
                outcome.ns().getValueAtPercentile(99) / NS_PER_US,
                outcome.ns().getValueAtPercentile(99.9) / NS_PER_US,
                daemonCpuUs,
                machineNs / count / NS_PER_US);
    }

    private static List<Long> cpuNs(RoundTripGuest guest) {
        return guest.daemons().stream().map(Daemon::usage).map(ProcessUsage::cpuNs).toList();
    }

    private void add(RoundTrips run) {
        runs.add(run);
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "round trips  round %d  %-10s  %,9d  p50 %.1f us",
                        run.round() + 1,
                        run.alternative(),
                        run.count(),
                        run.p50Us()));
    }
}
