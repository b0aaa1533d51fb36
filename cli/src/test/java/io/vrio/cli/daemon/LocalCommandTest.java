// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.CommandRun;
import io.vrio.cli.Surroundings;
import io.vrio.cli.TestStop;
import io.vrio.cli.Vrio;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vrio local from start to stop, inside this process. */
class LocalCommandTest {
    @TempDir private Path folder;

    @Test
    void shouldServeWhenItSaysReadyAndLeaveNothingBehind() throws Exception {
        Path socket = folder.resolve("s");
        TestStop stop = new TestStop();
        PipedInputStream printed = new PipedInputStream();
        Surroundings surroundings = surroundings(printed, stop);

        CompletableFuture<Integer> daemon =
                CompletableFuture.supplyAsync(
                        () -> Vrio.run(arguments(socket, "--backend", "ram:1M"), surroundings));
        String line = firstLine(printed);
        boolean wasThere = Files.exists(socket);
        stop.request();

        assertEquals(0, daemon.get());
        assertEquals("ready", line);
        assertTrue(wasThere);
        assertFalse(Files.exists(socket));
    }

    @Test
    void shouldNameAMissingFile() {
        CommandRun run = CommandRun.of(arguments(folder.resolve("s"), "--blk-file", "/no/disk"));

        assertTrue(run.onlyError(1).contains("/no/disk"), run.toString());
        assertFalse(Files.exists(folder.resolve("s")));
    }

    @Test
    void shouldNotTouchAFileWhereItsSocketShouldBe() throws Exception {
        Path precious = Files.writeString(folder.resolve("s"), "data");

        CommandRun run = CommandRun.of(arguments(precious, "--backend", "ram:1M"));

        assertEquals(1, run.status(), run.toString());
        assertTrue(run.err().get(run.err().size() - 1).contains("is not a socket"));
        assertEquals("data", Files.readString(precious));
    }

    private static String[] arguments(Path socket, String option, String value) {
        return new String[] {"local", "--socket-path", socket.toString(), option, value};
    }

    private static Surroundings surroundings(PipedInputStream printed, TestStop stop)
            throws IOException {
        PrintStream out = new PrintStream(new PipedOutputStream(printed), true);
        PrintStream err = new PrintStream(new ByteArrayOutputStream());
        return new Surroundings(out, err, Map.of(), stop);
    }

    private static String firstLine(PipedInputStream printed) throws IOException {
        return new BufferedReader(new InputStreamReader(printed, StandardCharsets.UTF_8))
                .readLine();
    }
}
