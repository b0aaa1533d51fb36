// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An IOhyp that may have two workers has the second one while its load is more than one can do. */
@Tag("root")
@Timeout(180)
final class WorkerGrowthTest {
    private static final int LENGTH = 4096;
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir private Path folder;
    private DaemonPair daemons;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        daemons = new DaemonPair(folder);
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
    }

    /** Of each worker. */
    private List<String> associations() {
        return DaemonPair.json(daemons.atIohyp("status", "--format", "json"))
                .path("workers")
                .findValuesAsText("associations");
    }

    private void await(List<String> wanted) {
        long endNs = System.nanoTime() + AWAIT_NS;
        List<String> found = associations();
        while (!found.equals(wanted)) {
            List<String> last = found;
            assertTrue(System.nanoTime() - endNs < 0, () -> "associations of workers: " + last);
            LockSupport.parkNanos(WAIT_NS);
            found = associations();
        }
    }

    private static PlainLoad read(Path socket) {
        return new PlainLoad(socket, VirtioBlock.READ, LENGTH);
    }

    @Test
    void shouldGrowUnderLoadAndShrinkWithoutIt() throws Exception {
        Path further = Files.createDirectory(folder.resolve("further"));
        daemons.startIohyp(
                "--workers=1-2", "--disk=a=null:32M,work=1000", "--disk=b=null:32M,work=1000");
        daemons.startServer("--disk=a");
        daemons.startFurtherServer("other", further, "--disk=b");
        await(List.of("2"));
        try (PlainLoad a = read(folder.resolve("a.sock"));
                PlainLoad b = read(further.resolve("b.sock"))) {
            // For three seconds at least: then it is kept, or not, by what it has brought.
            await(List.of("1", "1"));
            a.finish();
            b.finish();
        }
        await(List.of("2"));
        try (PlainLoad a = read(folder.resolve("a.sock"));
                PlainLoad b = read(further.resolve("b.sock"))) {
            a.finish();
            b.finish();
        }
    }
}
