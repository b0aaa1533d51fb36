// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks of a server with several workers: each is on one, and goes to another while it is used. */
@Tag("root")
@Timeout(120)
final class MovedDiskTest {
    private static final int MOVES = 20;
    private static final GuestOptions FOUR_QUEUES =
            GuestOptions.DEFAULT.withQueues(4, 128).withSlots(8, 256 << 10).withMemory(64 << 20);

    @TempDir private Path folder;
    private DaemonPair daemons;

    @BeforeEach
    void start() {
        Requires.root();
        Requires.program("ip");
        daemons = new DaemonPair(folder);
    }

    private void startIohyp(int workers) {
        daemons.startIohyp("--workers=" + workers, "--disk=a=ram:32M", "--disk=b=ram:32M");
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
    }

    private int workerOf(String disk) {
        return daemons.shownAtServer("disk", disk).get("worker").asInt(-1);
    }

    private JsonNode peers() {
        return DaemonPair.json(daemons.atServer("peer", "list", "--format=json"));
    }

    private void move(String disk, int worker) throws Exception {
        DiskMove.repeat(() -> daemons.outcomeAtServer("disk", "move", disk, "--worker=" + worker));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldKeepDataRightWhileADiskMovesAgainAndAgain(int workersOfTheIohyp) throws Exception {
        startIohyp(workersOfTheIohyp);
        daemons.startServer("--workers=2", "--disk=a", "--disk=b");
        try (VerifiedLoad moved = VerifiedLoad.start(folder.resolve("a.sock"), FOUR_QUEUES, 1);
                VerifiedLoad other = VerifiedLoad.start(folder.resolve("b.sock"), FOUR_QUEUES, 2)) {
            int home = workerOf("a");
            for (int i = 1; i <= MOVES; i++) {
                move("a", (home + i) % 2);
                moved.awaitProgress(50);
            }
            assertEquals(home, workerOf("a"));
            moved.finish();
            other.awaitProgress(50).finish();
        }
    }

    @Test
    void shouldSpreadDisksOverItsWorkers() {
        startIohyp(1);
        daemons.startServer("--workers=2", "--disk=a", "--disk=b");
        assertEquals(1, workerOf("a") + workerOf("b"));
        awaitPeers(2);
    }

    /** A worker's association comes and goes a while after its disks. */
    private void awaitPeers(int count) {
        assertTrue(LinkEnd.await(() -> peers().size() == count), () -> peers().toPrettyString());
    }

    @Test
    void shouldHaveAnAssociationForWorkersWithDisksAlone() throws Exception {
        startIohyp(1);
        daemons.startServer("--workers=3", "--disk=a");
        assertTrue(daemons.awaitAtServer("disk", "a", "state", "attached"));
        assertEquals(1, peers().size());
        move("a", 2);
        assertTrue(daemons.awaitAtServer("disk", "a", "state", "attached"));
        awaitPeers(2);
        move("a", 0);
        assertTrue(daemons.awaitAtServer("disk", "a", "state", "attached"));
        awaitPeers(1);
    }

    @Test
    void shouldSayWhichWorkersThereAre() {
        startIohyp(1);
        daemons.startServer("--workers=2", "--disk=a");
        assertEquals(
                "vrio disk move: there is no worker 2: this server has workers 0 to 1 now",
                daemons.refusalAtServer("disk", "move", "a", "--worker=2"));
    }

    @Test
    void shouldSayWhyADiskStays() throws Exception {
        String disk = "--disk=a=file:" + folder.resolve("a.img") + ",size=32M";
        daemons.startIohyp(disk);
        daemons.startServer("--workers=2", "--disk=a");
        try (VerifiedLoad load = VerifiedLoad.start(folder.resolve("a.sock"), FOUR_QUEUES, 1)) {
            load.awaitProgress(50);
            daemons.iohyp().stop();
            assertEquals(
                    "vrio disk move: disk a stays where it is: its requests are not answered; see"
                            + " vrio peer show",
                    daemons.refusalAtServer("disk", "move", "a", "--worker=1"));
            daemons.startIohyp(disk);
            load.awaitProgress(50).finish();
        }
        assertEquals(0, workerOf("a"));
    }

    @Test
    void shouldStopWhileADiskMoves() throws Exception {
        startIohyp(1);
        daemons.startServer("--workers=2", "--disk=a");
        try (VerifiedLoad load = VerifiedLoad.start(folder.resolve("a.sock"), FOUR_QUEUES, 1)) {
            load.awaitProgress(50);
            CompletableFuture<Void> moves = CompletableFuture.runAsync(this::moveToAndFro);
            daemons.server().stop();
            assertEquals(0, daemons.server().status());
            moves.handle((done, failure) -> "whatever became of them").join();
        }
    }

    private void moveToAndFro() {
        try {
            for (int i = 0; i < MOVES; i++) {
                move("a", i % 2);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
