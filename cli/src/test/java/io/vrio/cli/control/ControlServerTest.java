// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control socket under clients of all kinds: good, malformed, greedy, slow. */
class ControlServerTest {
    /** Short, because the server looks for slow clients twice in this time, of real time. */
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final Map<String, ControlCommand> COMMANDS =
            Map.of(
                    "echo", arguments -> Map.of("said", only(arguments)),
                    "fail",
                            arguments -> {
                                throw new ControlException("it cannot be done\nat all");
                            },
                    "break",
                            arguments -> {
                                throw new IllegalStateException("a mistake");
                            },
                    "flood", arguments -> "x".repeat(4 << 20));

    @TempDir private Path folder;
    private Path path;
    private ControlServer server;
    private final List<SocketChannel> clients = new ArrayList<>();

    /** Stands still but for what a test lets pass: nobody is slow on a slow machine. */
    private final AtomicLong nowNs = new AtomicLong();

    @BeforeEach
    void listen() throws Exception {
        path = folder.resolve("test.control");
        server = start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    private ControlServer start() throws ControlException {
        ControlServer.Options options =
                new ControlServer.Options(path, Optional.empty(), nowNs::get, PATIENCE_NS);
        ControlServer started = ControlServer.open(options, COMMANDS);
        started.start();
        return started;
    }

    private static String only(ControlArguments arguments) throws ControlException {
        String text = arguments.text("text");
        arguments.end();
        return text;
    }

    @Test
    void shouldAnswerARequest() throws Exception {
        assertEquals("{\"result\":{\"said\":\"hello\"}}", ask(echo("hello")));
    }

    @Test
    void shouldAnswerRequestsOfOneWriteInTheirOrder() throws Exception {
        SocketChannel client = connect();
        send(client, echo("one") + "\n" + echo("two") + "\n");

        assertEquals("{\"result\":{\"said\":\"one\"}}", receive(client));
        assertEquals("{\"result\":{\"said\":\"two\"}}", receive(client));
    }

    @Test
    void shouldPutARequestTogetherFromPieces() throws Exception {
        SocketChannel client = connect();
        String request = echo("pieces") + "\n";
        send(client, request.substring(0, 7));
        // A whole exchange of another client lies between the two pieces.
        ask(echo("between"));
        send(client, request.substring(7));

        assertEquals("{\"result\":{\"said\":\"pieces\"}}", receive(client));
    }

    @Test
    void shouldTellRefusalsInOneLine() throws Exception {
        assertEquals("{\"error\":\"it cannot be done at all\"}", ask("{\"command\":\"fail\"}"));
    }

    @Test
    void shouldSurviveAMistakeOfACommand() throws Exception {
        String answer = ask("{\"command\":\"break\"}");

        assertTrue(answer.startsWith("{\"error\":\"a fault of this program"), answer);
        assertEquals("{\"result\":{\"said\":\"still here\"}}", ask(echo("still here")));
    }

    @Test
    void shouldListWhatItKnowsWhenItDoesNotKnow() throws Exception {
        assertEquals(
                "{\"error\":\"this daemon does not know 'dance', but: break, echo, fail, flood\"}",
                ask("{\"command\":\"dance\"}"));
    }

    @Test
    void shouldRefuseWhatIsNotJson() throws Exception {
        String answer = ask("status, please");

        assertTrue(answer.startsWith("{\"error\":\"the request is not JSON: "), answer);
    }

    @Test
    void shouldRefuseWhatIsNotUtf8() throws Exception {
        SocketChannel client = connect();
        client.write(ByteBuffer.wrap(new byte[] {'"', (byte) 0xC3, 0x28, '"', '\n'}));

        assertTrue(receive(client).startsWith("{\"error\":\"the request is not "));
    }

    @Test
    void shouldRefuseWhatIsNotAnObject() throws Exception {
        assertEquals(
                "{\"error\":\"a request is an object: {\\\"command\\\": \\\"status\\\"}\"}",
                ask("[1, 2]"));
    }

    @Test
    void shouldRefuseAnEmptyLine() throws Exception {
        assertTrue(ask("").startsWith("{\"error\":\"a request is an object"));
    }

    @Test
    void shouldRefuseDeepNesting() throws Exception {
        String answer = ask("[".repeat(2000) + "]".repeat(2000));

        assertTrue(answer.startsWith("{\"error\":\"the request is not JSON: "), answer);
    }

    @Test
    void shouldRefuseTwoValuesForOneKey() throws Exception {
        String answer = ask("{\"command\":\"echo\",\"command\":\"fail\"}");

        assertTrue(answer.contains("Duplicate"), answer);
    }

    @Test
    void shouldRefuseSomethingBehindTheRequest() throws Exception {
        String answer = ask(echo("one") + echo("two"));

        assertTrue(answer.startsWith("{\"error\":\"the request is not JSON: "), answer);
    }

    @Test
    void shouldRefuseArgumentsThatNobodyKnows() throws Exception {
        assertEquals(
                "{\"error\":\"unknown argument 'size'\"}",
                ask("{\"command\":\"echo\",\"arguments\":{\"text\":\"a\",\"size\":1}}"));
    }

    @Test
    void shouldRefuseArgumentsOfAnotherType() throws Exception {
        assertEquals(
                "{\"error\":\"argument 'text' must be a text\"}",
                ask("{\"command\":\"echo\",\"arguments\":{\"text\":1}}"));
    }

    @Test
    void shouldHangUpOnARequestThatIsTooLong() throws Exception {
        SocketChannel client = connect();
        send(client, "x".repeat(ControlProtocol.REQUEST_LENGTH_MAX));

        assertEquals("{\"error\":\"a request is longer than 2097152\"}", receive(client));
        assertEquals("", receive(client));
    }

    /** The XML of a domain is long, and what comes behind it must not be lost. */
    @Test
    void shouldTakeALongRequestAndTheOneBehindIt() throws Exception {
        SocketChannel client = connect();
        String text = "x".repeat(1_500_000);
        send(client, echo(text) + "\n" + echo("behind") + "\n");

        assertEquals("{\"result\":{\"said\":\"" + text + "\"}}", receive(client));
        assertEquals("{\"result\":{\"said\":\"behind\"}}", receive(client));
    }

    @Test
    void shouldDeliverAnAnswerLargerThanTheSocketHolds() throws Exception {
        SocketChannel client = connect();
        send(client, "{\"command\":\"flood\"}\n");

        assertEquals((4 << 20) + "{\"result\":\"\"}".length(), receive(client).length());
    }

    @Test
    void shouldServeOthersWhileOneDoesNotReadItsAnswer() throws Exception {
        send(connect(), "{\"command\":\"flood\"}\n");

        assertEquals("{\"result\":{\"said\":\"me too\"}}", ask(echo("me too")));
    }

    @Test
    void shouldDropClientsThatSayNothing() throws Exception {
        SocketChannel silent = connect();
        outlastPatience();

        assertEquals("", receive(silent));
    }

    @Test
    void shouldDropClientsThatNeverEndTheirRequest() throws Exception {
        SocketChannel slow = connect();
        send(slow, "{\"command\"");
        outlastPatience();

        assertEquals("", receive(slow));
    }

    /** All who are connected have been slow after this. */
    private void outlastPatience() throws Exception {
        // Who is behind them is served when all that they have sent has been read.
        ask(echo("behind them"));
        nowNs.addAndGet(PATIENCE_NS + 1);
    }

    @Test
    void shouldTurnAwayMoreClientsThanItServes() throws Exception {
        for (int i = 0; i < ControlServer.CLIENTS_MAX; i++) {
            connect();
        }
        SocketChannel oneTooMany = connect();

        assertEquals("{\"error\":\"more than 16 clients; try again\"}", receive(oneTooMany));
    }

    @Test
    void shouldServeAgainWhenClientsHaveLeft() throws Exception {
        for (int i = 0; i < 3 * ControlServer.CLIENTS_MAX; i++) {
            ask(echo("one after the other"));
            clients.get(i).close();
        }

        assertEquals("{\"result\":{\"said\":\"next\"}}", ask(echo("next")));
    }

    @Test
    void shouldLetTheGroupInAndNobodyElse() throws Exception {
        assertEquals(
                "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldRemoveItsSocket() {
        server.close();

        assertFalse(Files.exists(path));
    }

    @Test
    void shouldNotRemoveTheSocketOfItsSuccessor() throws Exception {
        ControlServer predecessor = server;
        Files.delete(path);
        server = start();

        predecessor.close();

        assertEquals("{\"result\":{\"said\":\"mine\"}}", ask(echo("mine")));
    }

    @Test
    void shouldReplaceTheSocketOfADeadDaemon() throws Exception {
        server.close();
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }

        server = start();

        assertEquals("{\"result\":{\"said\":\"alive\"}}", ask(echo("alive")));
    }

    @Test
    void shouldLeaveTheSocketOfARunningDaemonAlone() throws Exception {
        String reason = assertThrows(ControlException.class, () -> start()).getMessage();

        assertEquals(
                "control socket "
                        + path
                        + ": in use by a running daemon; stop it or choose another path",
                reason);
        assertEquals("{\"result\":{\"said\":\"unharmed\"}}", ask(echo("unharmed")));
    }

    @Test
    void shouldLeaveFilesThatAreNoSocketAlone() throws Exception {
        path = Files.writeString(folder.resolve("precious"), "data");

        String reason = assertThrows(ControlException.class, () -> start()).getMessage();

        assertTrue(reason.endsWith("exists and is not a socket; remove it or choose another"));
        assertEquals("data", Files.readString(path));
    }

    private static String echo(String text) {
        return "{\"command\":\"echo\",\"arguments\":{\"text\":\"" + text + "\"}}";
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
        clients.add(client);
        return client;
    }

    private String ask(String request) throws IOException {
        SocketChannel client = connect();
        send(client, request + "\n");
        return receive(client);
    }

    private static void send(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    /** The next line, or what came before the other side hung up. */
    private static String receive(SocketChannel client) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (client.read(one.clear()) > 0 && one.get(0) != '\n') {
            line.append((char) one.get(0));
        }
        return line.toString();
    }
}
