// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.WorkerEndedException;
import io.vrio.common.agent.WorkerFullException;

/** A device at one of the two workers of a move; each method on that worker's thread. */
interface MovePlace {
    /** Whether the device is in the middle of nothing that must be ended here. */
    boolean canLeave();

    /** The device leaves, and is of no worker until {@link #join}, here or at the other place. */
    void leave();

    /**
     * The device is part of this worker from now on.
     *
     * @throws WorkerFullException when the worker cannot take it: it is still of none
     */
    void join() throws WorkerFullException;

    /** The device did not get to leave, and goes on here. */
    void stay();

    /**
     * The device, which no other worker has, ends here.
     *
     * @param reason for the log
     */
    void end(Exception reason);

    /**
     * Runs a command there, soon. Any thread.
     *
     * @throws WorkerEndedException when the worker has
     */
    void execute(Runnable command);
}
