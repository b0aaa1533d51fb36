// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.HookScript;
import io.vrio.it.HookScript.Outcome;
import io.vrio.it.Requires;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook without a server, and with one that does not behave: it ends in time and says why. */
@Tag("linux")
class LibvirtHookDialogueTest {
    private static final Outcome DONE = new Outcome(0, "", "");

    @TempDir private Path folder;
    private Path control;
    private HookScript hook;
    private String ours;
    private ServerSocketChannel server;

    @BeforeEach
    void start() throws Exception {
        Requires.program("perl");
        control = folder.resolve("server.control");
        hook = new HookScript(folder, folder);
        ours =
                "<domain><disk type='vhostuser'><source path='"
                        + folder
                        + "/a.sock'/></disk></domain>";
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    /** Something that listens at the control socket. */
    private void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(control));
    }

    /** It takes one request, answers with these bytes and hangs up. */
    private CompletableFuture<String> answer(String answer) throws IOException {
        listen();
        return CompletableFuture.supplyAsync(
                () -> {
                    try (SocketChannel client = server.accept()) {
                        ByteBuffer request = ByteBuffer.allocate(64 << 10);
                        client.read(request);
                        client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                        return new String(
                                request.array(), 0, request.position(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static Outcome refused(String line) {
        return new Outcome(1, "", "vrio: " + line + "\n");
    }

    @Test
    void shouldPassDomainsOfOthersWithoutAServer() {
        String plain = "<domain><disk type='file'><source file='/srv/a.img'/></disk></domain>";
        String others =
                "<domain><disk type='vhostuser'><source path='/run/spdk/a'/></disk></domain>";

        assertEquals(DONE, hook.run("prepare", "vm", plain));
        assertEquals(DONE, hook.run("prepare", "vm", others));
        assertEquals(DONE, hook.run("prepare", "vm", plain + " ".repeat(8 << 20)));
        assertEquals(DONE, hook.run("started", "vm", ours));
    }

    @Test
    void shouldRefuseAStartWithoutAServer() {
        Outcome missing =
                refused(
                        "vrio server at %s cannot be reached (No such file or directory): start it,"
                                        .formatted(control)
                                + " then try again");

        assertEquals(missing, hook.run("prepare", "vm", ours));
        assertEquals(missing, hook.run("restore", "vm", ours));
        assertEquals(missing, hook.run("migrate", "vm", ours));
    }

    /** What runs goes on running, and what ends ends. */
    @Test
    void shouldNotFailWhatCannotBeRefused() {
        Outcome release = hook.run("release", "vm", ours);
        Outcome reconnect = hook.run("reconnect", "vm", ours);

        assertEquals(0, release.exitStatus());
        assertEquals(0, reconnect.exitStatus());
        assertEquals(1, release.err().lines().count());
    }

    @Test
    void shouldKnowOurMetadata() {
        String xml = "<domain><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'/></domain>";

        assertEquals(1, hook.run("prepare", "vm", xml).exitStatus());
    }

    @Test
    void shouldNotWaitForASilentServer() throws Exception {
        listen();
        long beginNs = System.nanoTime();

        Outcome outcome = hook.run("prepare", "vm", ours);

        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beginNs);
        assertEquals(
                refused(
                        "vrio server at %s does not answer within 5 seconds; see its log"
                                .formatted(control)),
                outcome);
        // Not much longer, but a machine may stall.
        assertTrue(seconds < 20, seconds + " s");
    }

    @Test
    void shouldTellOfAServerThatHangsUp() throws Exception {
        answer("");

        assertEquals(
                refused(
                        "vrio server at %s hung up without an answer; see its log"
                                .formatted(control)),
                hook.run("prepare", "vm", ours));
    }

    @Test
    void shouldTellOfAServerThatIsNone() throws Exception {
        answer("HTTP/1.1 400 Bad Request\n");

        assertEquals(
                refused("vrio server at " + control + " says what no vrio server says"),
                hook.run("prepare", "vm", ours));
    }

    @Test
    void shouldShowARefusalInOneLine() throws Exception {
        answer("{\"error\":\"disk \\\"ä\\\": a\\tb\\\\c\\u001b \\u00e4\"}\n");

        assertEquals(refused("disk \"ä\": a b\\c ä"), hook.run("prepare", "vm", ours));
    }

    @Test
    void shouldTakeTheXmlOfTheAnswer() throws Exception {
        CompletableFuture<String> request =
                answer(
                        "{\"result\":{\"xml\":\"<domain a=\\\"ä\\\">\\r\\n\\t\\\\n</domain>\\n\"}}\n");

        assertEquals(
                new Outcome(0, "<domain a=\"ä\">\r\n\t\\n</domain>\n", ""),
                hook.run("restore", "vm", ours));
        assertEquals(
                "{\"command\":\"domain rewrite\",\"arguments\":{\"further\":false,\"xml\":\""
                        + ours
                        + "\"}}\n",
                request.join());
    }

    @Test
    void shouldTellOfALineItDoesNotKnow() throws Exception {
        Files.writeString(folder.resolve("hook.conf"), "# one\nsocket=/x\n");

        assertEquals(
                refused(
                        folder.resolve("hook.conf")
                                + ", line 2: neither control=/PATH nor sockets=/FOLDER"),
                hook.run("prepare", "vm", ours));
    }
}
