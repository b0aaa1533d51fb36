// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Await;
import io.vrio.it.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Frames recorded on an interface by dumpcap and judged by tshark. */
public final class Capture implements AutoCloseable {
    /** Limit: a capture that is not complete by then ends incomplete. */
    private static final int SECONDS_MAX = 60;

    /** Limit: frames of a session. */
    private static final int FRAMES_MAX = 1_000_000;

    /** Of the file's end, where the last frame is looked for among what comes after it. */
    private static final int TAIL_MAX = 1 << 20;

    private static final Pattern DROPPED = Pattern.compile("\\(pcap:(\\d+)/dumpcap:(\\d+)/");

    private final Namespace namespace;
    private final Path file;
    private final Process process;
    private final BufferedReader output;

    /** Starts to record TCP until {@link #stop}, and returns once it does. */
    public static Capture start(Namespace namespace, Path file) throws IOException {
        return new Capture(namespace, file, FRAMES_MAX);
    }

    /**
     * Starts to record TCP, and returns once it does.
     *
     * @param frames it ends by itself after so many
     */
    public Capture(Namespace namespace, Path file, int frames) throws IOException {
        this.namespace = namespace;
        this.file = file;
        process =
                namespace.start(
                        "dumpcap",
                        "-q",
                        // MiB for what comes faster than it is written: a lost frame of the
                        // capture would look like one of the wire.
                        "-B",
                        "64",
                        "-i",
                        Namespaces.INTERFACE,
                        "-f",
                        "tcp or ether proto " + LastFrame.TYPE,
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

    /** Ends the recording, once all that has come is in the file; none of it was lost. */
    public void stop() throws Exception {
        // dumpcap ends at once, whatever the kernel still holds for it.
        LastFrame.send(namespace, Namespaces.INTERFACE);
        Await.until("the capture has its last frame", () -> LastFrame.isIn(tail()));
        // SIGTERM, with its output left open: dumpcap writes what it holds.
        process.toHandle().destroy();
        StringWriter said = new StringWriter();
        output.transferTo(said);
        Matcher dropped = DROPPED.matcher(said.toString());
        assertTrue(dropped.find(), said::toString);
        assertEquals("0 0", dropped.group(1) + " " + dropped.group(2), said::toString);
    }

    private byte[] tail() throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(TAIL_MAX, bytes.length())];
            bytes.seek(bytes.length() - tail.length);
            bytes.readFully(tail);
            return tail;
        }
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
                        // Our payload is nobody's protocol: no guesses.
                        "-d",
                        "tcp.port==8746,data",
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
