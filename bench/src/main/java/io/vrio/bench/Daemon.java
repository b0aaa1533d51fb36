// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process under measurement, started in its network namespace and ended on close. */
public final class Daemon implements AutoCloseable {
    /** Limit: a daemon that is not ready by then has failed to start. */
    private static final long START_NS = TimeUnit.SECONDS.toNanos(60);

    /** Limit: a daemon that has not obeyed SIGTERM by then is killed. */
    private static final long STOP_S = 20;

    private static final int LOG_LINES_SHOWN = 10;

    /** Small beside the time that a start takes. */
    private static final long POLL_MS = 2;

    private final DaemonCommand command;
    private final Path log;
    private final Process process;
    private final long beginNs;
    private long listeningNs;
    private long readyNs;

    private Daemon(DaemonCommand command, Path log, Process process, long beginNs) {
        this.command = command;
        this.log = log;
        this.process = process;
        this.beginNs = beginNs;
    }

    /** Starts it; returns once it serves. */
    public static Daemon start(DaemonCommand command, Path log) {
        // ip replaces itself by the command, so the process started here is the daemon.
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", command.namespace()));
        words.addAll(command.words());
        try {
            long beginNs = System.nanoTime();
            Process process =
                    new ProcessBuilder(words)
                            .redirectInput(new File("/dev/null"))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            Daemon daemon = new Daemon(command, log, process, beginNs);
            // An interrupted benchmark leaves nothing behind.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            daemon.awaitReady();
            return daemon;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        long deadlineNs = System.nanoTime() + START_NS;
        while (!isReady()) {
            noteListening();
            if (!process.isAlive() || deadlineNs - System.nanoTime() <= 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        command.role() + " did not start; the end of its log:\n" + logTail());
            }
            sleep();
        }
        noteListening();
        readyNs = System.nanoTime() - beginNs;
    }

    private void noteListening() {
        if (listeningNs == 0 && command.socket() != null && Files.exists(command.socket())) {
            listeningNs = System.nanoTime() - beginNs;
        }
    }

    private boolean isReady() {
        Path file = command.readyFile();
        return file == null
                ? logLines().stream().anyMatch(line -> line.startsWith(command.readyLine()))
                : Files.exists(file);
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What it has printed so far. */
    public List<String> logLines() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String logTail() {
        List<String> lines = logLines();
        int first = Math.max(0, lines.size() - LOG_LINES_SHOWN);
        return String.join("\n", lines.subList(first, lines.size()));
    }

    public String role() {
        return command.role();
    }

    /** From its start until its socket was there; 0 when it has none to look at. */
    long listeningNs() {
        return listeningNs;
    }

    /** From its start until it served. */
    long readyNs() {
        return readyNs;
    }

    public long pid() {
        return process.pid();
    }

    public ProcessUsage usage() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    command.role() + " has ended; the end of its log:\n" + logTail());
        }
        return ProcessUsage.of(process.pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
