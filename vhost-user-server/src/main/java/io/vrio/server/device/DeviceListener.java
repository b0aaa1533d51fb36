// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

/** What a device tells its session, on the worker's thread. */
public interface DeviceListener {
    /** The configuration space reads differently now. */
    void onConfigChange();

    /**
     * The guest broke the rules of a queue, and the device will not touch it again until it is
     * started anew. Told once per start.
     */
    void onQueueFault(int index, String reason);
}
