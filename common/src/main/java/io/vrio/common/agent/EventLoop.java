// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import io.vrio.common.clock.NanoClock;

/** What tells of descriptors that are ready. On its worker's thread, or before that starts. */
public interface EventLoop {
    /** What its agents tell the time by. */
    NanoClock clock();

    /**
     * Watches a descriptor for reading.
     *
     * @param descriptor stays the caller's, who ends the watch before he closes it
     * @return the key for {@link #unregister}
     */
    int register(int descriptor, EventHandler handler);

    /** Ends a watch. */
    void unregister(int descriptor, int key);
}
