// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The last things that have happened in a run, for whoever has to find out why it failed. */
final class Journal {
    /** Limit: lines; the oldest is forgotten. */
    private static final int LINES_MAX = 10_000;

    /** Lines at the end that are shown; all are in the file. */
    private static final int LINES_SHOWN = 30;

    private static final int NS_PER_US = 1000;

    private final NanoClock clock;
    private final long startNs;
    private final ArrayDeque<Line> lines = new ArrayDeque<>();

    /** What is said is put together when somebody wants to read it: hardly any run is read. */
    private record Line(long atUs, Supplier<String> text) {
        @Override
        public String toString() {
            return atUs + " us: " + text.get();
        }
    }

    Journal(NanoClock clock) {
        this.clock = clock;
        startNs = clock.nanoTime();
    }

    void note(String line) {
        note(() -> line);
    }

    /**
     * @param line from things that do not change any more
     */
    void note(Supplier<String> line) {
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(new Line((clock.nanoTime() - startNs) / NS_PER_US, line));
    }

    /** Writes it to a file; returns where it is, and its end. */
    String save(long seed) {
        Path file = Path.of("target", "simulation", "seed-" + seed + ".txt");
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, texts().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String end =
                texts().skip(Math.max(0, lines.size() - LINES_SHOWN))
                        .collect(Collectors.joining("\n"));
        return "all of what happened is in " + file.toAbsolutePath() + ", and ended so:\n" + end;
    }

    @Override
    public String toString() {
        return texts().collect(Collectors.joining("\n"));
    }

    private Stream<String> texts() {
        return lines.stream().map(Line::toString);
    }
}
