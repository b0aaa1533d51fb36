// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.agent.EventHandler;
import io.vrio.common.agent.Worker;

/** A descriptor in the epoll of one worker or of none. On that worker's thread. */
public final class Watch {
    private final int descriptor;
    private final EventHandler handler;

    /** Null while nobody watches. */
    private Worker worker;

    private int key;

    /**
     * @param descriptor stays the caller's, who ends the watch before he closes it
     */
    public Watch(int descriptor, EventHandler handler) {
        this.descriptor = descriptor;
        this.handler = handler;
    }

    /** Watches from now on, if not yet. */
    public void begin(Worker newWorker) {
        if (worker == null) {
            key = newWorker.register(descriptor, handler);
            worker = newWorker;
        }
    }

    /** Watches no more, if still. */
    public void end() {
        if (worker != null) {
            worker.unregister(descriptor, key);
            worker = null;
        }
    }
}
