// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VirtioBlock;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest that never leaves a disk idle, and has little to do itself: it does not look at the data.
 * Its own thread.
 */
final class PlainLoad implements AutoCloseable {
    private static final int SLOTS = 32;
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(60);

    private final BlockGuest guest;
    private final int type;
    private final int length;
    private final Thread thread = new Thread(this::run, "plain load");
    private volatile boolean isStopping;
    private volatile long ended;
    private volatile int errors;

    /**
     * Begins.
     *
     * @param type of each request, see {@link VirtioBlock}
     * @param length of each request
     */
    PlainLoad(Path socket, int type, int length) {
        this.type = type;
        this.length = length;
        GuestOptions options =
                GuestOptions.DEFAULT.withQueues(1, 8 * SLOTS).withSlots(SLOTS, length);
        guest = BlockGuest.connect(socket, options);
        thread.start();
    }

    private void run() {
        BlockQueue queue = guest.queue(0);
        for (int slot = 0; slot < queue.slotCount(); slot++) {
            queue.submit(slot, type, 0, length);
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
            queue.submit(slot, type, 0, length);
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
