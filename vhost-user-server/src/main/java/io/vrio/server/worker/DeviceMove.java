// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemoryFaults;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One move of a device from worker to worker. Begun by the control path; then on the thread of the
 * old worker, until the device has left it, and of the new one.
 */
final class DeviceMove {
    /** Limit: a device whose requests are not answered for so long stays where it is. */
    private static final long QUIET_MAX_NS = TimeUnit.SECONDS.toNanos(2);

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMove.class);

    private final MovePlace from;
    private final MovePlace to;
    private final NanoClock clock;
    private final CompletableFuture<Boolean> isMoved;
    private final long deadlineNs;

    /**
     * @param isMoved becomes true when the device has a new worker, false when it stays; fails when
     *     no worker takes it, so that it has ended
     */
    DeviceMove(MovePlace from, MovePlace to, NanoClock clock, CompletableFuture<Boolean> isMoved) {
        this.from = from;
        this.to = to;
        this.clock = clock;
        this.isMoved = isMoved;
        deadlineNs = clock.nanoTime() + QUIET_MAX_NS;
    }

    /** When it is given up. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** Part of the old worker's duty cycle: has the device leave, as soon as it can. */
    int proceed() {
        if (from.canLeave()) {
            // What was done here shall have its consequences here.
            MemoryFaults.raisePending();
            from.leave();
            handOver();
            return 1;
        }
        if (clock.nanoTime() - deadlineNs < 0) {
            return 0;
        }
        from.stay();
        onStayed();
        return 1;
    }

    private void handOver() {
        try {
            // Ordering: what this thread has done to the device happens before what the other does.
            to.execute(() -> arrive(to));
        } catch (IllegalStateException e) {
            LOG.error("move=given-up", e);
            arrive(from);
        }
    }

    private void arrive(MovePlace place) {
        try {
            MemoryFaults.raisePending();
        } catch (InternalError e) {
            // Of another device of this worker; it must not break off what follows.
            place.execute(() -> arrive(place));
            throw e;
        }
        try {
            place.join();
        } catch (IllegalStateException e) {
            onRefused(place, e);
            return;
        }
        isMoved.complete(place == to);
    }

    /** Where it was there is most likely room for it; a device without a worker hangs its guest. */
    private void onRefused(MovePlace place, IllegalStateException reason) {
        LOG.error("move=given-up reason=\"the worker cannot take it\"", reason);
        try {
            if (place == to) {
                from.execute(() -> arrive(from));
                return;
            }
        } catch (IllegalStateException e) {
            reason.addSuppressed(e);
        }
        isMoved.completeExceptionally(reason);
        place.end();
    }

    /** The device goes on where it is. */
    void onStayed() {
        isMoved.complete(false);
    }
}
