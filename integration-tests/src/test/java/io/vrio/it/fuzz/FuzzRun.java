// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.fuzz;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.fuzz.FuzzTargets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What tools/fuzz has Jazzer run: hands inputs to a target, and measures memory, early and at the
 * end. Needs nothing of Jazzer itself, whose entry points are found by name.
 */
public final class FuzzRun {
    /** So many inputs make the classes loaded, the pools filled and the code compiled. */
    private static final long WARM_UP = Long.getLong("vrio.fuzz.warmUp", 200_000);

    private static FuzzTarget target;
    private static String name;
    private static long count;

    private FuzzRun() {}

    /**
     * Writes the seeds and the corpus of a target, or prints the names of all.
     *
     * @param arguments the target, a folder; or none
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            FuzzTargets.names().forEach(System.out::println);
            return;
        }
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        try (FuzzTarget seeded = FuzzTargets.open(arguments[0])) {
            List<byte[]> seeds = seeded.seeds();
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(folder.resolve("seed-" + i), seeds.get(i));
            }
            List<byte[]> corpus = FuzzCorpus.of(arguments[0]);
            for (int i = 0; i < corpus.size(); i++) {
                Files.write(folder.resolve("corpus-" + i), corpus.get(i));
            }
        }
    }

    /** Called by Jazzer, once. */
    public static void fuzzerInitialize(String[] arguments) {
        name = arguments[0];
        target = FuzzTargets.open(name);
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        target.run(input);
        if (++count == WARM_UP) {
            tellMemory("early");
        }
    }

    /** Called by Jazzer, at the end. */
    public static void fuzzerTearDown() throws IOException {
        tellMemory("end");
        target.close();
    }

    /** What is alive in the heap, and what the process has of memory in all, corpus included. */
    private static void tellMemory(String when) throws IOException {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        String resident =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("RssAnon:"))
                        .map(line -> line.replaceAll("\\D+", ""))
                        .findFirst()
                        .orElse("?");
        System.err.printf(
                "fuzz: target=%s when=%s inputs=%d heapKiB=%d residentKiB=%s%n",
                name, when, count, heap >> 10, resident);
    }
}
