// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Worker;
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

    private final DeviceAgent agent;
    private final Worker from;
    private final Worker to;
    private final Handover behind;
    private final CompletableFuture<Boolean> isMoved;
    private final long deadlineNs;

    /**
     * @param isMoved becomes true when the device has a new worker, false when it stays
     */
    DeviceMove(
            DeviceAgent agent,
            Worker from,
            Worker to,
            Handover behind,
            CompletableFuture<Boolean> isMoved) {
        this.agent = agent;
        this.from = from;
        this.to = to;
        this.behind = behind;
        this.isMoved = isMoved;
        deadlineNs = from.clock().nanoTime() + QUIET_MAX_NS;
    }

    /** When it is given up. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** The device is about to leave. */
    void leave() {
        behind.leave();
    }

    /** The device has left, and is of no worker. */
    void handOver() {
        try {
            // Ordering: what this thread has done to the device happens before what the other does.
            to.execute(() -> arrive(to));
        } catch (IllegalStateException e) {
            LOG.error("device={} move=given-up", agent.name(), e);
            arrive(from);
        }
    }

    private void arrive(Worker worker) {
        try {
            MemoryFaults.raisePending();
        } catch (InternalError e) {
            // Of another device of this worker; it must not break off what follows.
            worker.execute(() -> arrive(worker));
            throw e;
        }
        behind.join(worker);
        agent.join(worker);
        isMoved.complete(worker == to);
    }

    /** The device goes on where it is. */
    void onStayed() {
        isMoved.complete(false);
    }
}
