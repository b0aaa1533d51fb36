// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.agent.EventHandler;
import io.vrio.common.agent.EventLoop;

/** A descriptor that its worker watches, or not. On that worker's thread. */
public final class Watch {
    private final EventLoop loop;
    private final int descriptor;
    private final EventHandler handler;
    private boolean isWatching;
    private int key;

    /**
     * @param descriptor stays the caller's, who ends the watch before he closes it
     */
    public Watch(EventLoop loop, int descriptor, EventHandler handler) {
        this.loop = loop;
        this.descriptor = descriptor;
        this.handler = handler;
    }

    /** Watches from now on, if not yet. */
    public void begin() {
        if (!isWatching) {
            key = loop.register(descriptor, handler);
            isWatching = true;
        }
    }

    /** Watches no more, if still. */
    public void end() {
        if (isWatching) {
            loop.unregister(descriptor, key);
            isWatching = false;
        }
    }
}
