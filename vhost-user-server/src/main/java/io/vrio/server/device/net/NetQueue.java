// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.server.device.QueueOwner;
import io.vrio.server.device.QueueService;

/** One queue of a NIC from its start to its end. Never has a chain in flight between two calls. */
sealed interface NetQueue extends QueueOwner permits TransmitQueue, ReceiveQueue, ControlQueue {
    /** Its life as a queue: calls, kicks, stopping. */
    QueueService service();

    /** Does what is to be done without being asked by anybody; returns how much. */
    int doWork();

    /** Whether the worker may block. */
    boolean prepareToBlock();

    /** Whether it waits for something that tells nobody when it is over. */
    boolean isHeldBack();

    @Override
    default boolean isUnderWay(int headIndex) {
        return false;
    }
}
