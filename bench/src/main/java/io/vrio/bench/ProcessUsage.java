// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process has used, from /proc: CPU time of all its threads, also of those that have ended,
 * and memory. Guest memory that a daemon maps counts as shared ({@code RssShmem}).
 *
 * @param peakKib VmHWM: the most that was ever resident, shared memory included
 */
public record ProcessUsage(long cpuNs, long peakKib, long anonKib, long fileKib, long sharedKib) {
    private static final long NS_PER_TICK = 10_000_000;

    /** The names of HotSpot's compiler threads, cut to what the kernel keeps. */
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] CompilerThre\\)");

    // Fields of /proc/PID/stat behind the command's name, which may hold spaces; see proc(5).
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    public static ProcessUsage of(long pid) {
        Path folder = Path.of("/proc", Long.toString(pid));
        try {
            return parse(
                    Files.readString(folder.resolve("stat")),
                    Files.readString(folder.resolve("status")));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
    }

    static ProcessUsage parse(String stat, String status) {
        return new ProcessUsage(
                cpuNs(stat),
                kib(status, "VmHWM:"),
                kib(status, "RssAnon:"),
                kib(status, "RssFile:"),
                kib(status, "RssShmem:"));
    }

    /** CPU time of one thread so far. */
    public static long threadCpuNs(long pid, long tid) {
        Path task = Path.of("/proc", Long.toString(pid), "task", Long.toString(tid));
        try {
            return cpuNs(Files.readString(task.resolve("stat")));
        } catch (IOException e) {
            throw new UncheckedIOException("thread " + tid + " has ended", e);
        }
    }

    /**
     * CPU time so far of each thread of a JVM that compiles, by thread id; none of other programs.
     */
    static Map<Long, Long> compilerCpuNs(long pid) {
        Map<Long, Long> all = new HashMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : (Iterable<Path>) tasks::iterator) {
                String stat = statOf(task);
                if (COMPILER.matcher(stat).find()) {
                    all.put(Long.parseLong(task.getFileName().toString()), cpuNs(stat));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
        return all;
    }

    /** Empty when the thread has ended. */
    private static String statOf(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long cpuNs(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
        return ticks * NS_PER_TICK;
    }

    private static long kib(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    /** CPU time of the whole machine so far, kernel threads and interrupts included. */
    public static long machineCpuNs() {
        try {
            return machineCpuNs(Files.readString(Path.of("/proc/stat")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long machineCpuNs(String stat) {
        String[] fields = stat.lines().findFirst().orElseThrow().split(" +");
        long ticks = 0;
        // user nice system, then irq softirq; between them idle and iowait, which are no work.
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * NS_PER_TICK;
    }
}
