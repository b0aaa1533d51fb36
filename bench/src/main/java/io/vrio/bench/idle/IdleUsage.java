// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the threads of a process have used so far, from /proc/PID/task/TID/schedstat: finer than the
 * ticks of /proc/PID/stat, of which an idle process uses less than one in a second.
 *
 * @param cpuNs on a processor
 * @param runs how often one of them was put on a processor: wake-ups, and slices of longer work
 */
record IdleUsage(long cpuNs, long runs) {
    static IdleUsage of(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return threads.map(IdleUsage::ofThread).reduce(new IdleUsage(0, 0), IdleUsage::plus);
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
    }

    private static IdleUsage ofThread(Path thread) {
        try {
            return parse(Files.readString(thread.resolve("schedstat")));
        } catch (IOException e) {
            // It has ended since the folder was listed, and idle threads do not end: the JVM's
            // compilers do, some seconds after the last compilation.
            return new IdleUsage(0, 0);
        }
    }

    /** Three numbers: time on a processor, time spent waiting for one, how often put on one. */
    static IdleUsage parse(String schedstat) {
        List<String> fields = List.of(schedstat.strip().split(" "));
        return new IdleUsage(Long.parseLong(fields.get(0)), Long.parseLong(fields.get(2)));
    }

    private IdleUsage plus(IdleUsage other) {
        return new IdleUsage(cpuNs + other.cpuNs, runs + other.runs);
    }

    /** What was used since then. Never negative: a thread that has ended takes its time with it. */
    IdleUsage since(IdleUsage before) {
        return new IdleUsage(Math.max(0, cpuNs - before.cpuNs), Math.max(0, runs - before.runs));
    }
}
