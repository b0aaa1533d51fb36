// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A figure that this system wants to reach against the reference, judged by the median of the
 * pairs. Stated, never asserted.
 */
record Target(String name, double lossPercent, String row, boolean isLatency, double limit) {
    private static final String OURS = "vrio";
    private static final long MEMORY_MAX_KIB = 300 << 10;

    static final List<Target> ALL =
            List.of(
                    requests("4 KiB read, depth 32", 0, "rr4k-q32", 2),
                    requests("4 KiB write, depth 32", 0, "rw4k-q32", 2),
                    latency("4 KiB read, depth 1", "rr4k-q1", 0.6),
                    latency("4 KiB write, depth 1", "rw4k-q1", 0.6),
                    requests("1 MiB sequential read", 0, "sr1m-q4", 1.5),
                    requests("1 MiB sequential write", 0, "sw1m-q4", 1.5),
                    requests("1% loss, 4 KiB read, depth 1", 1, "rr4k-q1", 20),
                    requests("1% loss, 4 KiB write, depth 1", 1, "rw4k-q1", 20));

    private static Target requests(String name, double lossPercent, String row, double limit) {
        return new Target(name, lossPercent, row, false, limit);
    }

    private static Target latency(String name, String row, double limit) {
        return new Target(name, 0, row, true, limit);
    }

    /** One line per target that was measured. */
    static List<String> judgeAll(Results results) {
        List<String> lines = new ArrayList<>();
        for (Target target : ALL) {
            if (results.has(target.lossPercent(), target.row(), OURS)) {
                lines.add(target.judge(results));
            }
        }
        for (DaemonMemory memory : results.memory()) {
            if (memory.alternative().equals(OURS) && memory.lossPercent() == 0) {
                lines.add(judgeMemory(memory));
            }
        }
        return lines;
    }

    private String judge(Results results) {
        ToDoubleFunction<Measurement> value =
                isLatency ? Measurement::p50Us : Measurement::requestsPerSecond;
        double ratio = results.ratio(lossPercent, row, OURS, value).median();
        boolean isReached = isLatency ? ratio <= limit : ratio >= limit;
        return String.format(
                Locale.ROOT,
                "%s  %s: %.2fx the reference's %s, wanted %s %sx",
                isReached ? "reached" : "MISSED ",
                name,
                ratio,
                isLatency ? "p50 latency" : "requests/s",
                isLatency ? "at most" : "at least",
                Report.number(limit));
    }

    private static String judgeMemory(DaemonMemory memory) {
        return String.format(
                Locale.ROOT,
                "%s  memory of %s beside the guest's: %d MiB, wanted under %d MiB",
                memory.ownKib() < MEMORY_MAX_KIB ? "reached" : "MISSED ",
                memory.role(),
                memory.ownKib() >> 10,
                MEMORY_MAX_KIB >> 10);
    }
}
