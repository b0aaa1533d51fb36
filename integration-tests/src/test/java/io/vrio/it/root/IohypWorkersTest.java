// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An IOhyp with two workers, and two servers: who is served where, and that all data are right. */
@Tag("root")
@Timeout(120)
final class IohypWorkersTest {
    private static final GuestOptions GUEST =
            GuestOptions.DEFAULT.withSlots(4, 1 << 20).withMemory(64 << 20);

    @TempDir private Path folder;
    private Path further;
    private DaemonPair daemons;

    @BeforeEach
    void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        daemons = new DaemonPair(folder);
        further = Files.createDirectory(folder.resolve("further"));
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
    }

    private JsonNode status() {
        return DaemonPair.json(daemons.atIohyp("status", "--format", "json"));
    }

    /** Of each worker. */
    private List<String> associations() {
        return status().path("workers").findValuesAsText("associations");
    }

    @Test
    void shouldServeTwoServersOnAWorkerEach() throws Exception {
        daemons.startIohyp("--workers=2", "--disk=a=ram:32M", "--disk=b=ram:32M");
        daemons.startServer("--disk=a");
        daemons.startFurtherServer("other", further, "--disk=b");
        try (VerifiedLoad a = VerifiedLoad.start(folder.resolve("a.sock"), GUEST, 1);
                VerifiedLoad b = VerifiedLoad.start(further.resolve("b.sock"), GUEST, 2)) {
            a.awaitProgress(500);
            b.awaitProgress(500);
            assertEquals(List.of("1", "1"), associations());
            a.finish();
            b.finish();
        }
    }

    @Test
    void shouldBringADiskWithItsDataToTheWorkerOfItsNextServer() throws Exception {
        daemons.startIohyp("--workers=2", "--disk=a=ram:32M", "--disk=b=ram:32M");
        daemons.startServer("--disk=a");
        daemons.startFurtherServer("other", further, "--disk=b");
        assertTrue(LinkEnd.await(() -> associations().equals(List.of("1", "1"))));
        daemons.atServer("disk", "delete", "a", "--force");
        assertTrue(LinkEnd.await(() -> shownAtIohyp("a").path("server").asText().isEmpty()));
        daemons.atServerOf(further, "disk", "create", "a");
        assertTrue(LinkEnd.await(() -> shownAtIohyp("a").path("server").asText().equals("other")));
        try (VerifiedLoad load = VerifiedLoad.start(further.resolve("a.sock"), GUEST, 1)) {
            load.awaitProgress(500).finish();
        }
        assertEquals(
                List.of("a", "b"),
                DaemonPair.json(daemons.atIohyp("disk", "list", "--format", "json"))
                        .findValuesAsText("name"));
    }

    private JsonNode shownAtIohyp(String disk) {
        return daemons.shownAtIohyp("disk", disk);
    }

    @Test
    void shouldServeAllNicsOnTheFirstWorker() {
        daemons.startIohyp("--workers=2", "--nic=m=switch:lan", "--nic=n=switch:lan");
        daemons.startServer("--nic=m");
        daemons.startFurtherServer("other", further, "--nic=n");
        assertTrue(daemons.awaitAtServer("nic", "m", "state", "attached"));
        assertTrue(LinkEnd.await(() -> associations().equals(List.of("2", "0"))));
        assertTrue(
                LinkEnd.await(
                        () ->
                                daemons.shownAtIohyp("nic", "n")
                                        .path("server")
                                        .asText()
                                        .equals("other")));
    }

    @Test
    void shouldNotStartWhenAnotherProgramHasThePortOfAWorker() {
        daemons.startIohyp("--workers=2");
        assertEquals(
                "vrio iohyp: TCP port 10.77.0.2:8746 is used by another program (see `ss -tlnp`): stop it"
                        + " or choose another port",
                daemons.failureOfFurtherIohyp("--port=8745", "--workers=2").strip());
    }
}
