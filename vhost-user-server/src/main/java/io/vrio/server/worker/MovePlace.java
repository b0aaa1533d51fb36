// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

/** A device at one of the two workers of a move; each method on that worker's thread. */
interface MovePlace {
    /** Whether the device is in the middle of nothing that must be ended here. */
    boolean canLeave();

    /** The device leaves, and is of no worker until {@link #join}, here or at the other place. */
    void leave();

    /**
     * The device is part of this worker from now on.
     *
     * @throws IllegalStateException when the worker cannot take it: it is still of none
     */
    void join();

    /** The device did not get to leave, and goes on here. */
    void stay();

    /** The device, which is of no worker, is taken by none: it ends. */
    void end();

    /**
     * Runs a command there, soon. Any thread.
     *
     * @throws IllegalStateException when the worker has ended
     */
    void execute(Runnable command);
}
