// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import io.vrio.it.tidy.SourceTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon of ours as its own process, from {@code ready} until {@link #close}. */
public final class VrioDaemon implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final Process process;
    private final Path log;

    private VrioDaemon(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Runs {@code prefix bin/vrio arguments}, for example with a prefix that enters a network
     * namespace, and returns once the daemon serves. What it logs goes to the file.
     */
    public static VrioDaemon start(Path log, List<String> prefix, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(SourceTree.root().resolve("bin/vrio").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        VrioDaemon daemon = new VrioDaemon(process, log);
        try {
            daemon.awaitReady();
        } catch (IOException | RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
        return daemon;
    }

    /** The timeout of the test ends it when the daemon neither gets ready nor ends. */
    private void awaitReady() throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals("ready")) {
                return;
            }
        }
        throw new AssertionError("ended before it was ready: " + log());
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    public long pid() {
        return process.pid();
    }

    /** As a power cut does: nothing is flushed, nobody is told. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Stops it as an operator would; by force when it does not stop. */
    @Override
    public void close() {
        process.destroy();
        boolean isInterrupted = false;
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
        }
        process.destroyForcibly();
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
