// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.it.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Frames recorded on an interface by dumpcap and judged by tshark. */
public final class Capture implements AutoCloseable {
    /** Limit: a capture that is not complete by then ends incomplete. */
    private static final int SECONDS_MAX = 20;

    private final Path file;
    private final Process process;
    private final BufferedReader output;

    /**
     * Starts to record TCP, and returns once it does.
     *
     * @param frames it ends by itself after so many
     */
    public Capture(Namespace namespace, Path file, int frames) throws IOException {
        this.file = file;
        process =
                namespace.start(
                        "dumpcap",
                        "-q",
                        "-i",
                        Namespaces.INTERFACE,
                        "-f",
                        "tcp",
                        "-c",
                        Integer.toString(frames),
                        "-a",
                        "duration:" + SECONDS_MAX,
                        "-w",
                        file.toString());
        output = process.inputReader(StandardCharsets.UTF_8);
        awaitLine("File: ");
    }

    private void awaitLine(String prefix) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith(prefix)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("dumpcap did not start");
        }
    }

    /** Waits for the frames. */
    public void await() throws IOException, InterruptedException {
        output.transferTo(Writer.nullWriter());
        process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Fields of each frame that matches, as tshark prints them, separated by spaces. */
    public List<String> fields(String filter, String... fields) {
        Stream<String> options =
                Stream.of(
                        "tshark",
                        "-r",
                        file.toString(),
                        "-o",
                        "tcp.check_checksum:TRUE",
                        "-o",
                        "ip.check_checksum:TRUE",
                        "-Y",
                        filter,
                        "-T",
                        "fields",
                        "-E",
                        "separator=/s");
        Stream<String> names = Stream.of(fields).flatMap(field -> Stream.of("-e", field));
        return Programs.run(Stream.concat(options, names).toList())
                .lines()
                // tshark speaks about running as root before it prints.
                .filter(line -> !line.isBlank() && !line.startsWith("Running as user"))
                .toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
