// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Gives each worker of daemons the same part of a CPU and no more (CFS bandwidth of cgroup v1,
 * whose groups may hold single threads). What the workers may not have remains for guests and
 * servers, as the other cores of their hosts would be theirs. Ends with the groups.
 */
public final class CpuShare implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup/cpu");

    /** Short beside the time that requests wait, long beside a change of threads. */
    private static final long PERIOD_US = 5_000;

    /** The kernel takes no less: with a small share the period is longer. */
    private static final long QUOTA_MIN_US = 1_000;

    /** With what the names of the workers' threads begin. */
    private static final String WORKER = "worker-";

    private final double share;
    private final List<Path> groups = new ArrayList<>();

    /**
     * @param share of a CPU; 1 is no limit
     */
    public CpuShare(double share) {
        this.share = share;
    }

    /** Whether this machine can limit threads. */
    public static boolean isAvailable() {
        return Files.exists(ROOT.resolve("cpu.cfs_quota_us"));
    }

    /** From now on each worker of this process has its share. */
    void limit(long pid) {
        if (share >= 1) {
            return;
        }
        workers(pid).forEach(this::limitThread);
    }

    /** From now on one thread, of those in {@code /proc/PID/task}, has its share. */
    public void limitThread(Path thread) {
        String tid = thread.getFileName().toString();
        Path group = ROOT.resolve("vrio-bench-" + tid);
        try {
            Files.createDirectory(group);
            groups.add(group);
            long quotaUs = Math.max(QUOTA_MIN_US, Math.round(share * PERIOD_US));
            long periodUs = Math.round(quotaUs / share);
            Files.writeString(group.resolve("cpu.cfs_period_us"), Long.toString(periodUs));
            Files.writeString(group.resolve("cpu.cfs_quota_us"), Long.toString(quotaUs));
            Files.writeString(group.resolve("tasks"), tid);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot limit thread " + tid, e);
        }
    }

    /** The threads of a process that are workers: one at least. */
    public static List<Path> workers(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            List<Path> workers = threads.filter(thread -> name(thread).startsWith(WORKER)).toList();
            if (workers.isEmpty()) {
                throw new IllegalStateException("process " + pid + " has no " + WORKER);
            }
            return workers;
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            // A thread that has ended meanwhile is no worker.
            return "";
        }
    }

    String description() {
        return share >= 1
                ? "no limit: sidecores, servers, guests and kernel share the CPUs"
                : String.format(
                        Locale.ROOT,
                        "each worker that executes requests has %.2f of a CPU (CFS bandwidth, %d us);"
                                + " servers, guests and kernel have what remains",
                        share,
                        PERIOD_US);
    }

    /** The threads have ended, or live on without a limit. */
    @Override
    public void close() {
        for (Path group : groups) {
            try {
                String tasks = Files.readString(group.resolve("tasks"));
                for (String tid : tasks.lines().toList()) {
                    Files.writeString(ROOT.resolve("tasks"), tid);
                }
                Files.delete(group);
            } catch (IOException e) {
                System.err.println("while removing " + group + ": " + e.getMessage());
            }
        }
        groups.clear();
    }
}
