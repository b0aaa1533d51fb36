// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.bench.consolidation.CpuShare;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.it.Await;
import io.vrio.it.Requires;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that may have two workers has the second one while its load is more than one can do. A
 * worker has a tenth of a CPU here, so that it is the first to have no time left on any machine.
 */
@Tag("root")
@Timeout(300)
final class ServerGrowthTest {
    private static final double SHARE = 0.1;

    /** Long writes cost a server much more than their guest, and nobody has to wait for them. */
    private static final int HOT_LENGTH = 128 << 10;

    private static final GuestOptions VERIFIED =
            GuestOptions.DEFAULT.withQueues(1, 128).withSlots(8, 32 << 10).withMemory(32 << 20);

    @TempDir private Path folder;
    private final CpuShare share = new CpuShare(SHARE);
    private final Set<Path> known = new TreeSet<>();
    private DaemonPair daemons;

    @BeforeEach
    void start() {
        Requires.root();
        Requires.program("ip");
        assumeTrue(CpuShare.isAvailable(), "needs CFS bandwidth of cgroup v1");
        daemons = new DaemonPair(folder);
        daemons.startIohyp(
                "--disk=a=ram:8M", "--disk=b=ram:8M", "--disk=c=null:32M", "--disk=d=null:32M");
        known.addAll(CpuShare.workers(ProcessHandle.current().pid()));
        daemons.startServer("--workers=1-2", "--disk=a", "--disk=b", "--disk=c", "--disk=d");
        limitServer();
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
        share.close();
    }

    /** Gives each worker that the server has got meanwhile its share. */
    private void limitServer() {
        for (Path thread : CpuShare.workers(ProcessHandle.current().pid())) {
            if (known.add(thread)) {
                share.limitThread(thread);
            }
        }
    }

    private int workers() {
        limitServer();
        return DaemonPair.json(daemons.atServer("status", "--format=json")).path("workers").size();
    }

    private int workerOf(String disk) {
        return daemons.shownAtServer("disk", disk).get("worker").asInt();
    }

    /** Which of them have disks. */
    private Set<Integer> homes() {
        return Stream.of("a", "b", "c", "d").map(this::workerOf).collect(Collectors.toSet());
    }

    private VerifiedLoad verify(String disk, long seed) {
        return VerifiedLoad.start(folder.resolve(disk + ".sock"), VERIFIED, seed);
    }

    private PlainLoad write(String disk) {
        return new PlainLoad(folder.resolve(disk + ".sock"), VirtioBlock.WRITE, HOT_LENGTH);
    }

    @Test
    void shouldSpreadDisksUnderLoadAndGatherThemWithoutIt() throws Exception {
        try (VerifiedLoad a = verify("a", 1);
                VerifiedLoad b = verify("b", 2);
                PlainLoad c = write("c");
                PlainLoad d = write("d")) {
            Await.until(
                    () -> "two workers have disks: " + daemons.atServer("status"),
                    () -> workers() == 2 && homes().equals(Set.of(0, 1)));
            c.finish();
            d.finish();
            a.awaitProgress(50).finish();
            b.awaitProgress(50).finish();
        }
        Await.until("there is one worker", () -> workers() == 1);
        assertEquals(Set.of(0), homes());
        try (VerifiedLoad a = verify("a", 3);
                VerifiedLoad b = verify("b", 4)) {
            a.awaitProgress(50).finish();
            b.awaitProgress(50).finish();
        }
    }
}
