// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.WorkerEndedException;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemoryFaults;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One move of a device from worker to worker. Begun by the control path; then on the thread of the
 * old worker, until the device has left it, and of the new one. A worker that cannot take it sends
 * it back; a fault of this program ends it, and it alone: half here and half there it would hang
 * its guest, or be touched by two threads.
 */
final class DeviceMove {
    /** Limit: a device whose requests are not answered for so long stays where it is. */
    private static final long QUIET_MAX_NS = TimeUnit.SECONDS.toNanos(2);

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMove.class);

    private final String device;
    private final MovePlace from;
    private final MovePlace to;
    private final NanoClock clock;
    private final CompletableFuture<MoveOutcome> outcome;
    private final long deadlineNs;
    private boolean hasFailed;

    /**
     * @param device its name, for logs
     * @param outcome becomes known when the device has a worker again, or has ended
     */
    DeviceMove(
            String device,
            MovePlace from,
            MovePlace to,
            NanoClock clock,
            CompletableFuture<MoveOutcome> outcome) {
        this.device = device;
        this.from = from;
        this.to = to;
        this.clock = clock;
        this.outcome = outcome;
        deadlineNs = clock.nanoTime() + QUIET_MAX_NS;
    }

    /** When it is given up. */
    long deadlineNs() {
        return deadlineNs;
    }

    /**
     * Part of the old worker's duty cycle: has the device leave, as soon as it can.
     *
     * @throws RuntimeException for a fault that the device's session must end with; the device is
     *     still of the old worker, and leaves in the next duty cycle
     */
    int proceed() {
        if (from.canLeave()) {
            // What was done here shall have its consequences here.
            MemoryFaults.raisePending();
            leave();
            return 1;
        }
        if (clock.nanoTime() - deadlineNs < 0) {
            return 0;
        }
        from.stay();
        outcome.complete(MoveOutcome.UNANSWERED);
        return 1;
    }

    private void leave() {
        try {
            from.leave();
        } catch (RuntimeException e) {
            // Limit: the second fault is not the session's, which the first one has ended.
            if (hasFailed) {
                end(from, e);
                return;
            }
            hasFailed = true;
            throw e;
        }
        handOver();
    }

    private void handOver() {
        try {
            // Ordering: what this thread has done to the device happens before what the other does.
            to.execute(() -> arrive(to, MoveOutcome.MOVED));
        } catch (WorkerEndedException e) {
            onRefused(e);
            arrive(from, MoveOutcome.WORKER_ENDED);
        }
    }

    private void arrive(MovePlace place, MoveOutcome arrived) {
        try {
            MemoryFaults.raisePending();
        } catch (InternalError e) {
            // Of another device of this worker; it must not break off what follows.
            place.execute(() -> arrive(place, arrived));
            throw e;
        }
        try {
            place.join();
        } catch (WorkerFullException e) {
            onFull(place, e);
            return;
        } catch (RuntimeException e) {
            end(place, e);
            return;
        }
        outcome.complete(arrived);
    }

    /** Where it was there is most likely room for it. */
    private void onFull(MovePlace place, WorkerFullException reason) {
        onRefused(reason);
        if (place == from) {
            end(place, reason);
            return;
        }
        try {
            from.execute(() -> arrive(from, MoveOutcome.WORKER_FULL));
        } catch (WorkerEndedException e) {
            reason.addSuppressed(e);
            end(place, reason);
        }
    }

    private void onRefused(Exception reason) {
        LOG.warn("device={} move=given-up reason=\"{}\"", device, reason.getMessage());
    }

    private void end(MovePlace place, Exception reason) {
        try {
            place.end(reason);
        } catch (RuntimeException e) {
            LOG.error("device={} did not close", device, e);
        }
        outcome.complete(MoveOutcome.DEVICE_ENDED);
    }

    /** The device has been closed. */
    void onClosed() {
        outcome.complete(MoveOutcome.DEVICE_ENDED);
    }
}
