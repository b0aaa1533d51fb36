// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Programs;
import io.vrio.it.tidy.SourceTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon as whoever supervises it sees it: its output, its signals, its exit status. */
@Tag("linux")
class DaemonProcessTest {
    @TempDir private Path folder;
    private Process daemon;

    @AfterEach
    void stop() {
        if (daemon != null) {
            daemon.destroyForcibly();
        }
    }

    private Path socket() {
        return folder.resolve("s");
    }

    /** Returns the first line that it prints. */
    private String start(String program, String... options) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(SourceTree.root().resolve("bin").resolve(program).toString());
        builder.command().addAll(List.of(options));
        builder.redirectError(folder.resolve("log").toFile()).directory(folder.toFile());
        daemon = builder.start();
        BufferedReader output = daemon.inputReader(StandardCharsets.UTF_8);
        return output.readLine();
    }

    private void signal(String name) {
        Programs.run("kill", "-" + name, Long.toString(daemon.pid()));
    }

    @Test
    void shouldEndInGoodOrderOnSigterm() throws Exception {
        String line = start("vrio", "local", "--socket-path=s", "--backend=ram:1M");
        boolean wasThere = Files.exists(socket());

        signal("TERM");

        assertEquals(0, daemon.waitFor());
        assertEquals("ready", line);
        assertTrue(wasThere);
        assertFalse(Files.exists(socket()));
    }

    @Test
    void shouldEndInGoodOrderOnControlC() throws Exception {
        start("vrio", "local", "--socket-path", "s", "--backend", "ram:1M");

        signal("INT");

        assertEquals(0, daemon.waitFor());
        assertFalse(Files.exists(socket()));
    }

    @Test
    void shouldStartAgainAfterItWasKilled() throws Exception {
        start("vrio", "local", "--socket-path", "s", "--backend", "ram:1M");
        signal("KILL");
        daemon.waitFor();

        assertEquals("ready", start("vrio-blk", "--socket-path", "s", "--backend", "ram:1M"));
    }

    @Test
    void shouldPrintNothingButCapabilitiesUnderItsOtherName() throws Exception {
        String line = start("vrio-blk", "--print-capabilities", "--socket-path=/no/where");

        assertEquals("{\"type\": \"block\", \"features\": [\"read-only\", \"blk-file\"]}", line);
        assertEquals(0, daemon.waitFor());
        assertEquals("", Files.readString(folder.resolve("log")));
    }

    @Test
    void shouldBeAProgramForNicsUnderItsThirdName() throws Exception {
        String line = start("vrio-net", "--print-capabilities", "--socket-path=/no/where");

        assertEquals("{\"type\": \"net\"}", line);
        assertEquals(0, daemon.waitFor());
        assertEquals("", Files.readString(folder.resolve("log")));
    }

    @Test
    void shouldEndWithTwoAndOneLineOnWrongOptions() throws Exception {
        start("vrio", "local", "--socket-path", "s");

        assertEquals(2, daemon.waitFor());
        assertEquals(1, Files.readAllLines(folder.resolve("log")).size());
    }

    @Test
    void shouldEndWithOneWhenItCannotStart() throws Exception {
        start("vrio", "local", "--socket-path", "s", "--blk-file", "missing.img");

        assertEquals(1, daemon.waitFor());
        assertFalse(Files.exists(socket()));
    }

    @Test
    void shouldLogWithTimesOutsideTheJournal() throws Exception {
        start("vrio", "local", "--socket-path", "s", "--backend", "ram:1M", "--log-level=debug");
        signal("TERM");
        daemon.waitFor();

        String first = Files.readAllLines(folder.resolve("log")).get(0);
        assertTrue(
                first.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}.* - .*"), first);
    }
}
