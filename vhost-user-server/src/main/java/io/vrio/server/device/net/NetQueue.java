// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.server.device.ServedQueue;

/** One queue of a NIC from its start to its end. Never has a chain in flight between two calls. */
sealed interface NetQueue extends ServedQueue permits TransmitQueue, ReceiveQueue, ControlQueue {
    @Override
    default boolean isUnderWay(int headIndex) {
        return false;
    }
}
