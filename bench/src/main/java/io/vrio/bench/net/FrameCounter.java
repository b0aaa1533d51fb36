// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's count of frames that an interface has received. Reads a file: a program started to
 * ask would wait for a CPU that two polling threads have, while frames go on being counted.
 */
final class FrameCounter {
    /** Limit: reading that takes longer says not well enough when the count was that. */
    private static final long READ_MAX_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Limit: readings until one is quick; then the machine is too busy to measure on. */
    private static final int READS_MAX = 100;

    // Fields behind the interface's name: bytes, then frames received.
    private static final int FRAMES = 1;

    private final Path interfaces;
    private final String name;

    /** A count, and the moment in which it was right, to within half the time of a reading. */
    record Sample(long count, long atNs) {
        double perSecondUntil(Sample later) {
            return (later.count - count) * 1e9 / (later.atNs - atNs);
        }
    }

    /**
     * @param interfaces the /proc/PID/net/dev of a process of the namespace
     */
    FrameCounter(Path interfaces, String name) {
        this.interfaces = interfaces;
        this.name = name;
    }

    long count() {
        try {
            return parse(Files.readString(interfaces), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Sample sample() {
        for (int i = 0; i < READS_MAX; i++) {
            long startNs = System.nanoTime();
            long count = count();
            long readNs = System.nanoTime() - startNs;
            if (readNs <= READ_MAX_NS) {
                return new Sample(count, startNs + readNs / 2);
            }
        }
        throw new IllegalStateException("this machine is too busy to count frames in time");
    }

    static long parse(String interfaces, String name) {
        String start = name + ":";
        String fields =
                interfaces
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith(start))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no interface " + name));
        return Long.parseLong(fields.substring(start.length()).strip().split(" +")[FRAMES]);
    }
}
