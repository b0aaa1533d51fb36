// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest that keeps a disk busy with random requests of all sizes, until it is told to finish:
 * then everything it wrote is read back. One thread for each queue.
 */
public final class VerifiedLoad implements AutoCloseable {
    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final BlockGuest guest;
    private final List<QueueLoad> loads = new ArrayList<>();
    private final List<Future<?>> runs = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private VerifiedLoad(BlockGuest guest) {
        this.guest = guest;
    }

    /**
     * Begins.
     *
     * @param options the largest request is {@code dataMax}
     */
    public static VerifiedLoad start(Path socket, GuestOptions options, long seed) {
        VerifiedLoad load = new VerifiedLoad(BlockGuest.connect(socket, options));
        long sectors = load.guest.capacitySectors() / load.guest.queueCount();
        for (int i = 0; i < load.guest.queueCount(); i++) {
            QueueLoad.Range range = new QueueLoad.Range(i * sectors, sectors);
            QueueLoad queue =
                    new QueueLoad(load.guest.queue(i), range, options.dataMax(), seed + i);
            load.loads.add(queue);
            load.runs.add(load.threads.submit(queue));
        }
        return load;
    }

    /** Requests that have ended, in all queues. */
    long ended() {
        return loads.stream().mapToLong(QueueLoad::ended).sum();
    }

    /** Waits until so many more requests have ended, as they do when all is well. */
    public VerifiedLoad awaitProgress(long more) {
        long goal = ended() + more;
        long endNs = System.nanoTime() + PROGRESS_NS;
        while (ended() < goal) {
            assertTrue(System.nanoTime() - endNs < 0, "the load stands still");
            assertTrue(runs.stream().noneMatch(Future::isDone), this::failure);
            LockSupport.parkNanos(POLL_NS);
        }
        return this;
    }

    private String failure() {
        try {
            for (Future<?> run : runs) {
                if (run.isDone()) {
                    run.get();
                }
            }
            return "a queue has finished before it was told to";
        } catch (ExecutionException e) {
            return "a queue failed: " + e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Connects to who serves the disk now, while the requests go on. */
    VerifiedLoad reconnect(Path socket) {
        guest.reconnect(socket);
        return this;
    }

    /** Stops, reads all back: no request has failed, and all data are right. */
    public void finish() throws Exception {
        loads.forEach(QueueLoad::stop);
        for (Future<?> run : runs) {
            run.get();
        }
        for (QueueLoad load : loads) {
            assertEquals(List.of(), load.failures());
            assertEquals(0, load.errors(), "I/O errors");
            assertTrue(load.verifiedSectors() > 0, "nothing was verified");
        }
    }

    /** The guest; its queues must not be touched before {@link #finish}. */
    BlockGuest guest() {
        return guest;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        boolean hasEnded = false;
        try {
            hasEnded = threads.awaitTermination(PROGRESS_NS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Memory that a thread still uses must stay mapped.
        if (hasEnded) {
            guest.release();
        }
    }
}
