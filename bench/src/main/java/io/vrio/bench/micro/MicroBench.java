// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.RoundsOption;
import io.vrio.common.sys.AesGcm;
import io.vrio.common.sys.VectorAesGcm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures parts of the data path alone, on one thread. Started by {@code bench/run}. */
@Command(name = "bench/run micro", sortOptions = false, usageHelpWidth = 100)
final class MicroBench implements Callable<Integer> {
    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description =
                    "which: RingMicro, SegmenterMicro, ReassemblerMicro, SealMicro,"
                            + " StationsMicro; default all")
    private String only = "Micro\\.";

    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "JVMs that measure, one after the other; default ${DEFAULT-VALUE}")
    private int processes = 2;

    @Mixin private BenchOptions bench;

    public static void main(String[] arguments) {
        BenchOptions.run(new MicroBench(), arguments);
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        Map<String, String> environment = bench.environment();
        environment.put(
                "runs",
                "JMH, %d processes of %d seconds each, after 2 seconds that warm up; one thread"
                        .formatted(processes, rounds.rounds()));
        Collection<RunResult> runs = new Runner(options().build()).run();
        MicroReport report =
                new MicroReport(environment, runs.stream().map(MicroCost::of).toList());
        bench.write("micro-", report.results(), report.text(), report.svg());
        return 0;
    }

    private ChainedOptionsBuilder options() {
        return new OptionsBuilder()
                .include(only)
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(rounds.rounds())
                .measurementTime(TimeValue.seconds(1))
                .forks(processes)
                .addProfiler(GCProfiler.class)
                .param("library", libraries().toArray(String[]::new));
    }

    /** Those that this machine has. */
    private static List<String> libraries() {
        List<String> libraries = new ArrayList<>();
        if (AesGcm.isAvailable()) {
            libraries.add("libcrypto");
        }
        if (VectorAesGcm.isAvailable()) {
            libraries.add("libIPSec_MB");
        }
        return libraries;
    }
}
