// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.ProcessUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Carries a schedule out: first the rows that need guests, then, when these have ended, the packet
 * generator's. vRIO's daemons live through all of it.
 */
final class NetCampaign {
    private static final int FILE_LENGTH = 16 << 20;
    private static final String FILE = "data";
    private static final long SEED = 3;
    private static final double PERCENT = 100;

    private final NetSchedule schedule;
    private final NetSite site;
    private final Consumer<String> progress;
    private final List<NetMeasurement> measurements = new ArrayList<>();
    private final List<String> verified = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final long startNs = System.nanoTime();

    /** CPU time of everybody, and of some by role, at one moment. */
    private record CpuTime(long atNs, long machineNs, Map<String, Long> usedNs) {
        static CpuTime now(Map<String, Long> usedNs) {
            return new CpuTime(System.nanoTime(), ProcessUsage.machineCpuNs(), usedNs);
        }

        double machinePercent(CpuTime later) {
            double all = (later.atNs - atNs) * (double) Runtime.getRuntime().availableProcessors();
            return PERCENT * (later.machineNs - machineNs) / all;
        }

        Map<String, Double> usedPercent(CpuTime later) {
            Map<String, Double> percent = new LinkedHashMap<>();
            usedNs.forEach(
                    (role, ns) -> {
                        double used = later.usedNs.get(role) - ns;
                        percent.put(role, PERCENT * used / (later.atNs - atNs));
                    });
            return percent;
        }
    }

    /**
     * @param progress hears one line per run
     */
    NetCampaign(NetSchedule schedule, NetSite site, Consumer<String> progress) {
        this.schedule = schedule;
        this.site = site;
        this.progress = progress;
    }

    void run() {
        progress.accept(
                String.format("about %.0f minutes", Math.ceil(schedule.expectedSeconds() / 60.0)));
        try (VrioDaemons vrio = new VrioDaemons(site)) {
            if (!schedule.guestRows().isEmpty()) {
                runGuestRows(vrio);
            }
            for (NetRow row : schedule.packetRows()) {
                runPacketRow(row, vrio);
            }
        }
    }

    private void runGuestRows(VrioDaemons vrio) {
        progress.accept("booting two guests");
        try (GuestNetwork network = new GuestNetwork(site)) {
            network.start(vrio.guestSocket());
            verify(network);
            for (NetRow row : schedule.guestRows()) {
                for (NetAlternative alternative : schedule.alternatives(row)) {
                    network.run(row, alternative, schedule.warmUpSeconds());
                }
                for (int round = 0; round < schedule.rounds(); round++) {
                    for (NetAlternative alternative : schedule.alternatives(row)) {
                        report(measure(network, row, alternative, round, vrio));
                    }
                }
            }
        }
    }

    /**
     * Random bytes, both ways and to the peer, over both NICs: who loses or changes some is out.
     */
    private void verify(GuestNetwork network) {
        byte[] bytes = new byte[FILE_LENGTH];
        new Random(SEED).nextBytes(bytes);
        String wanted;
        try {
            Files.write(site.file(FILE), bytes);
            wanted = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        for (NetAlternative way : List.of(NetAlternative.TAP_VXLAN, NetAlternative.VRIO)) {
            List<String> digests = network.digests(way, FILE);
            boolean isRight = digests.stream().allMatch(wanted::equals);
            String line =
                    way.title()
                            + ": "
                            + (FILE_LENGTH >> 20)
                            + " MiB from the I/O host, back to it, and to the peer";
            if (isRight) {
                verified.add(line + ": all right");
            } else {
                failures.add(line + ": DATA ARE WRONG, SHA-256 " + digests + ", not " + wanted);
            }
            progress.accept(line + (isRight ? ": all right" : ": DATA ARE WRONG"));
        }
    }

    private NetMeasurement measure(
            GuestNetwork network,
            NetRow row,
            NetAlternative alternative,
            int round,
            VrioDaemons vrio) {
        CpuTime before = cpuTime(vrio, network);
        GuestNetwork.Outcome outcome = network.run(row, alternative, schedule.seconds());
        CpuTime after = cpuTime(vrio, network);
        return new NetMeasurement(
                row.title(),
                alternative.title(),
                round,
                outcome.value(),
                outcome.p99Us(),
                0,
                0,
                before.machinePercent(after),
                before.usedPercent(after));
    }

    private static CpuTime cpuTime(VrioDaemons vrio, GuestNetwork network) {
        Map<String, Long> usedNs = vrio.cpuNs();
        usedNs.putAll(network.vcpuNs());
        return CpuTime.now(usedNs);
    }

    private void runPacketRow(NetRow row, VrioDaemons vrio) {
        for (int round = 0; round < schedule.rounds(); round++) {
            for (NetAlternative alternative : schedule.alternatives(row)) {
                report(measurePackets(row, alternative, round, vrio));
            }
        }
    }

    private NetMeasurement measurePackets(
            NetRow row, NetAlternative alternative, int round, VrioDaemons vrio) {
        try (PacketRun run = new PacketRun(site, alternative, row.frameLength(), vrio)) {
            CpuTime before = CpuTime.now(vrio.cpuNs());
            double rate = run.framesPerSecond(TimeUnit.SECONDS.toNanos(schedule.seconds()));
            CpuTime after = CpuTime.now(vrio.cpuNs());
            PacketRun.Totals totals = run.finish();
            if (totals.arrivedCount() > totals.sentCount()) {
                failures.add(
                        row.title() + ", " + alternative.title() + ": more came than was sent");
            }
            return new NetMeasurement(
                    row.title(),
                    alternative.title(),
                    round,
                    rate,
                    0,
                    totals.sentCount(),
                    totals.arrivedCount(),
                    before.machinePercent(after),
                    before.usedPercent(after));
        }
    }

    private void report(NetMeasurement run) {
        measurements.add(run);
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "%4d s  %-18s %-10s round %d  %,12.0f %-10s%s",
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs),
                        run.row(),
                        run.alternative(),
                        run.round() + 1,
                        run.value(),
                        NetRow.titled(run.row()).unit(),
                        detail(run)));
    }

    private static String detail(NetMeasurement run) {
        if (run.sentCount() > 0) {
            return String.format(Locale.ROOT, " %.2f %% lost", run.lostPercent());
        }
        return run.p99Us() > 0 ? String.format(Locale.ROOT, " p99 %.0f us", run.p99Us()) : "";
    }

    NetResults results(Map<String, String> environment) {
        return new NetResults(environment, measurements, verified, failures);
    }
}
