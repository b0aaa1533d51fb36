// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

/** A device's part of a queue, as the worker's duty cycle sees it: from its start to its end. */
public interface ServedQueue extends QueueOwner {
    /** Its life as a queue: calls, kicks, stopping. */
    QueueService service();

    /** Takes chains and gives back what has ended, a bounded amount; returns how much was done. */
    int doWork();

    /** Whether the worker may block; the guest was asked to kick. */
    boolean prepareToBlock();

    /** Whether it waits for something that tells nobody when it is over. */
    default boolean isHeldBack() {
        return false;
    }
}
