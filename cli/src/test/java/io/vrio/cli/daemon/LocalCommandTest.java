// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.CommandRun;
import io.vrio.cli.Surroundings;
import io.vrio.cli.TestStop;
import io.vrio.cli.Vrio;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.UnixSocket;
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
    void shouldServeTheConnectedSocketThatItInherits() throws Exception {
        // VHOST_USER_GET_FEATURES: request 1, flags with version 1, no payload.
        byte[] question = {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
        TestStop stop = new TestStop();
        UnixSocket[] pair = UnixSocket.pair();
        String[] arguments = {
            "local", "--fd=" + pair[1].fd(), "--backend=ram:1M", "--log-level=error"
        };
        Surroundings surroundings = surroundings(new PipedInputStream(), stop);
        CompletableFuture<Integer> daemon =
                CompletableFuture.supplyAsync(() -> Vrio.run(arguments, surroundings));

        try (UnixSocket frontend = pair[0];
                NativeBuffer buffer = new NativeBuffer(64)) {
            buffer.slice().putBytes(0, question, 0, question.length);
            frontend.send(buffer.slice(), 0, question.length);

            assertEquals(20, frontend.receive(buffer.slice(), 0, 64));
            assertEquals(8, buffer.slice().getInt(8));
        } finally {
            stop.request();
        }
        assertEquals(0, daemon.get());
    }

    @Test
    void shouldNameADescriptorThatIsNoSocket() {
        CommandRun run = CommandRun.of("local", "--fd", "99999", "--backend", "ram:1M");

        assertEquals(
                "vrio local: --fd 99999 is not a socket that was handed to this process:"
                        + " getsockopt descriptor 99999: Bad file descriptor (EBADF)",
                run.onlyError(1));
    }

    @Test
    void shouldNameAMissingFile() {
        CommandRun run = CommandRun.of(arguments(folder.resolve("s"), "--blk-file", "/no/disk"));

        assertTrue(run.onlyError(1).contains("/no/disk"), run.toString());
        assertFalse(Files.exists(folder.resolve("s")));
    }

    @Test
    void shouldNameAMissingNetworkInterface() {
        CommandRun run = CommandRun.of(arguments(folder.resolve("s"), "--nic", "raw:nosuch77"));

        assertEquals(
                "vrio local: there is no network interface nosuch77: `ip link` lists those there"
                        + " are",
                run.onlyError(1));
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
