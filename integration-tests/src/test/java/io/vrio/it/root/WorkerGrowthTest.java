// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
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
    private static final int SLOTS = 32;
    private static final int LENGTH = 4096;
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final GuestOptions GUEST =
            GuestOptions.DEFAULT.withQueues(1, SLOTS).withSlots(SLOTS, LENGTH);

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

    /** Reads that never leave the disk idle; its own thread. */
    private static final class Reads implements AutoCloseable {
        private final BlockGuest guest;
        private final Thread thread = new Thread(this::run, "reads");
        private volatile boolean isStopping;
        private volatile long ended;
        private volatile int errors;

        Reads(Path socket) {
            guest = BlockGuest.connect(socket, GUEST);
            thread.start();
        }

        private void run() {
            BlockQueue queue = guest.queue(0);
            for (int slot = 0; slot < queue.slotCount(); slot++) {
                queue.submit(slot, VirtioBlock.READ, 0, LENGTH);
            }
            queue.kickIfNeeded();
            while (queue.inFlight() > 0) {
                queue.awaitEnded(WAIT_NS);
                for (int slot = queue.takeEnded(); slot >= 0; slot = queue.takeEnded()) {
                    onEnded(queue, slot);
                }
                queue.kickIfNeeded();
            }
        }

        private void onEnded(BlockQueue queue, int slot) {
            // One writer.
            ended = ended + 1;
            errors = errors + (queue.status(slot) == VirtioBlock.STATUS_OK ? 0 : 1);
            if (!isStopping) {
                queue.submit(slot, VirtioBlock.READ, 0, LENGTH);
            }
        }

        /** When more have ended than were there at first, and none has failed. */
        void finish() throws InterruptedException {
            long endNs = System.nanoTime() + AWAIT_NS;
            while (ended <= SLOTS) {
                assertTrue(System.nanoTime() - endNs < 0, "requests do not go on");
                LockSupport.parkNanos(WAIT_NS);
            }
            isStopping = true;
            thread.join();
            assertEquals(0, errors);
        }

        @Override
        public void close() {
            isStopping = true;
            try {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            // Memory that the thread still uses must stay mapped.
            if (!thread.isAlive()) {
                guest.release();
            }
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

    @Test
    void shouldGrowUnderLoadAndShrinkWithoutIt() throws Exception {
        Path further = Files.createDirectory(folder.resolve("further"));
        daemons.startIohyp(
                "--workers=1-2", "--disk=a=null:32M,work=1000", "--disk=b=null:32M,work=1000");
        daemons.startServer("--disk=a");
        daemons.startFurtherServer("other", further, "--disk=b");
        await(List.of("2"));
        try (Reads a = new Reads(folder.resolve("a.sock"));
                Reads b = new Reads(further.resolve("b.sock"))) {
            // For three seconds at least: then it is kept, or not, by what it has brought.
            await(List.of("1", "1"));
            a.finish();
            b.finish();
        }
        await(List.of("2"));
        try (Reads a = new Reads(folder.resolve("a.sock"));
                Reads b = new Reads(further.resolve("b.sock"))) {
            a.finish();
            b.finish();
        }
    }
}
