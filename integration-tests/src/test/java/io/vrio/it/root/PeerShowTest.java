// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Await;
import io.vrio.it.Requires;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code vrio peer} tells on a bad day, at both ends. */
@Tag("root")
@Timeout(120)
final class PeerShowTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(1, 128).withSlots(8, 256 << 10);

    @TempDir Path folder;
    private Hosts hosts;
    private Daemons daemons;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        Requires.program("nft");
        hosts = Hosts.bridged(1500).withoutOffloads();
        daemons = new Daemons(hosts, folder);
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            daemons.close();
            hosts.close();
        }
    }

    private void start() throws Exception {
        start("10s");
    }

    private void start(String peerTimeout) throws Exception {
        daemons.iohyp("--disk", "a=ram:64M", "--peer-timeout", peerTimeout);
        daemons.server("--disk", "a", "--peer-timeout", peerTimeout);
        daemons.awaitServerLog("state=established");
    }

    private JsonNode atServer() throws Exception {
        return json(daemons.atServer("peer", "show", "--format", "json"));
    }

    private JsonNode atIohyp() throws Exception {
        return json(daemons.atIohyp("peer", "show", Hosts.VM_ADDRESS, "--format", "json"));
    }

    private static JsonNode json(CommandOutcome outcome) throws Exception {
        return new ObjectMapper().readTree(outcome.assertOk().out());
    }

    private static long resent(JsonNode peer) {
        return peer.path("counters").path("pieces_resent").asLong();
    }

    private static List<String> kinds(JsonNode peer) {
        return peer.path("events").findValuesAsText("event");
    }

    /** On a slow machine it may have lost it again, with such a short limit. */
    private static void awaitLostAndFound(Callable<JsonNode> peer, String reason) throws Exception {
        AtomicReference<JsonNode> last = new AtomicReference<>();
        Await.until(
                () -> "it was lost and found: " + last.get().toPrettyString(),
                () -> {
                    last.set(peer.call());
                    return wasLostAndFound(last.get(), reason);
                });
    }

    private static boolean wasLostAndFound(JsonNode peer, String reason) {
        return peer.path("state").asText().equals("established")
                && kinds(peer).get(0).equals("established")
                && peer.path("events").findValuesAsText("detail").contains(reason);
    }

    @Test
    void shouldCountWhatWasLostAndSentAgain() throws Exception {
        start();
        long before = resent(atServer()) + resent(atIohyp());
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            hosts.dropInTheMiddle(10);
            load.awaitProgress(500).finish();
        }
        JsonNode server = atServer();

        assertTrue(resent(server) + resent(atIohyp()) > before, server::toPrettyString);
        assertTrue(server.path("rttMinNs").asLong() > 0, server::toPrettyString);
        assertTrue(
                server.path("rttMinNs").asLong() <= server.path("rttNs").asLong(),
                server::toPrettyString);
        assertEquals("established", server.path("state").asText());
    }

    @Test
    void shouldTellOfACableThatWasPulled() throws Exception {
        start("2s");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(100);
            hosts.vmHost().run("ip", "link", "set", Hosts.INTERFACE, "down");
            daemons.awaitServerLog("the peer is silent for 2000 ms");
            daemons.awaitIohypLog("the server is silent");
            hosts.vmHost().run("ip", "link", "set", Hosts.INTERFACE, "up");
            load.awaitProgress(100).finish();
        }

        awaitLostAndFound(this::atServer, "the peer is silent for 2000 ms");
        awaitLostAndFound(this::atIohyp, "the server is silent");
        String page = daemons.atServer("peer", "show").assertOk().out();
        assertTrue(page.contains("the peer is silent for 2000 ms"), page);
    }

    @Test
    void shouldRememberAServerThatHasStopped() throws Exception {
        start();
        daemons.server().close();
        daemons.awaitIohypLog("the server has stopped");
        JsonNode former = atIohyp();

        assertEquals("gone", former.path("state").asText());
        assertEquals("the server has stopped", former.path("reason").asText());
        assertEquals(List.of("established", "ended"), kinds(former));
    }

    @Test
    void shouldSayInOneLineThatItDoesNotKnowAPeer() throws Exception {
        start();
        daemons.atServer("peer", "show", "nobody")
                .assertRefused(1, "vrio peer show: there is no peer nobody; see vrio peer list");
    }
}
