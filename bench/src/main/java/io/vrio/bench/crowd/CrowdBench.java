// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.crowd;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.Environment;
import io.vrio.bench.HostThread;
import io.vrio.bench.SecondsOption;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what servers get that share a narrow link to one IOhyp. Started by {@code bench/run},
 * which makes the namespaces. Exits 1 when data were wrong or a request failed, never for being
 * slow.
 */
@Command(name = "bench/run crowd", sortOptions = false, usageHelpWidth = 100)
final class CrowdBench implements Callable<Integer> {
    private static final int MTU = 1500;
    private static final int PORT = 8746;
    private static final double GOODPUT_WANTED = 0.8;
    private static final double FAIRNESS_WANTED = 0.95;
    private static final double SLOWER_WANTED = 4;

    /** Bytes that wait in a port of the switch before it drops. */
    private static final String PORT_BYTES = "512kb";

    @Option(
            names = "--servers",
            paramLabel = "N",
            description = "how many share the link; default ${DEFAULT-VALUE}")
    private int servers = 32;

    @Option(
            names = "--rate",
            paramLabel = "MBIT",
            description = "of the link, in either direction; default ${DEFAULT-VALUE}")
    private int megabits = 300;

    @Mixin private SecondsOption seconds = new SecondsOption(5);

    @Option(names = "--middle-namespace", hidden = true, defaultValue = "")
    private String middle;

    @Mixin private BenchOptions bench;

    public static void main(String[] arguments) {
        BenchOptions.run(new CrowdBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        if (servers < 1 || megabits < 1) {
            throw new IllegalArgumentException("--servers and --rate must be positive");
        }
        Linux.selfTest();
        narrow("to-io");
        narrow("to-vm");
        Map<String, String> environment = bench.environment();
        environment.put(
                "link",
                "a bridge between, offloads off, MTU %d, %d Mbit/s each way by tbf, %s a port"
                        .formatted(MTU, megabits, PORT_BYTES));
        environment.put(
                "load",
                ("%d servers in one process, each with %d large requests of %d KiB at a time and"
                                + " small reads of 4 KiB, up to 20 ms apart; %s s")
                        .formatted(
                                servers,
                                CrowdMember.DEPTH,
                                CrowdMember.LARGE >> 10,
                                seconds.seconds()));
        Map<String, Object> results = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append(name + ": " + value + "\n"));
        text.append("\n| large | goodput | fairness | least share | small p50 / p99 us | alone |");
        text.append(" targets |\n|---|---|---|---|---|---|---|\n");
        Daemon iohyp = Daemon.start(iohyp(), bench.folder().resolve("iohyp.log"));
        try {
            HostThread.call(
                    bench.vmNamespace(),
                    () -> {
                        measure(results, text);
                        return null;
                    });
        } finally {
            iohyp.close();
        }
        results.put("environment", environment);
        bench.write("crowd-", results, text.toString());
        return 0;
    }

    private void narrow(String port) {
        Environment.run(
                "tc",
                "-n",
                middle,
                "qdisc",
                "add",
                "dev",
                port,
                "root",
                "tbf",
                "rate",
                megabits + "mbit",
                "burst",
                "16kb",
                "limit",
                PORT_BYTES);
    }

    private DaemonCommand iohyp() {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                bench.vrio().toString(),
                                "iohyp",
                                "--interface=lossy0",
                                "--address=10.77.1.2",
                                "--port=" + PORT,
                                "--control=" + bench.folder().resolve("iohyp.control"),
                                "--state-dir=" + bench.folder().resolve("state"),
                                "--insecure"));
        for (int i = 0; i < servers; i++) {
            words.add("--disk=" + CrowdMember.diskName(i) + "=ram:1M");
        }
        return new DaemonCommand("vrio iohyp", bench.ioNamespace(), words);
    }

    private void measure(Map<String, Object> results, StringBuilder text) {
        IpAddress own = IpAddress.parse("10.77.1.1");
        IpAddress iohyp = IpAddress.parse("10.77.1.2");
        long durationNs = (long) (seconds.seconds() * 1e9);
        try (Crowd crowd = new Crowd("lossy0", own, iohyp, PORT, MTU, servers)) {
            crowd.transfer(BlockRequestKind.WRITE, 1);
            long aloneNs = crowd.alone(durationNs).getValueAtPercentile(99);
            for (BlockRequestKind kind : List.of(BlockRequestKind.WRITE, BlockRequestKind.READ)) {
                Crowd.Share share = crowd.load(kind, durationNs / 2, durationNs);
                text.append(line(kind, share, aloneNs));
                results.put(kind.name().toLowerCase(Locale.ROOT), facts(share, aloneNs));
            }
        }
    }

    private String line(BlockRequestKind kind, Crowd.Share share, long aloneNs) {
        double goodput = goodput(share);
        long smallNs = share.smallNs().getValueAtPercentile(99);
        double slower = (double) smallNs / aloneNs;
        return "| %s | %.2f | %.3f | %d KiB | %d / %d | %d | %s, %s, %s |%n"
                .formatted(
                        kind.name().toLowerCase(Locale.ROOT),
                        goodput,
                        share.fairness(),
                        share.least() >> 10,
                        share.smallNs().getValueAtPercentile(50) / 1000,
                        smallNs / 1000,
                        aloneNs / 1000,
                        verdict("goodput " + GOODPUT_WANTED, goodput >= GOODPUT_WANTED),
                        verdict("Jain " + FAIRNESS_WANTED, share.fairness() >= FAIRNESS_WANTED),
                        verdict("p99 %.1fx".formatted(slower), slower <= SLOWER_WANTED));
    }

    private static String verdict(String target, boolean isReached) {
        return target + (isReached ? " reached" : " MISSED");
    }

    private double goodput(Crowd.Share share) {
        return share.bytesPerSecond() * Byte.SIZE / (megabits * 1e6);
    }

    private Map<String, Object> facts(Crowd.Share share, long aloneNs) {
        Histogram small = share.smallNs();
        return Map.of(
                "goodput", goodput(share),
                "fairness", share.fairness(),
                "leastBytes", share.least(),
                "smallP50Ns", small.getValueAtPercentile(50),
                "smallP99Ns", small.getValueAtPercentile(99),
                "aloneP99Ns", aloneNs);
    }
}
