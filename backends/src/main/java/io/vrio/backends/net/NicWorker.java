// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;

/** What a card uses of the worker that it belongs to. On the worker's thread. */
public interface NicWorker {
    NanoClock clock();

    /** Runs a command soon. */
    void execute(Runnable command);

    /** Adds an agent at the end of the duty cycle. */
    void add(Agent agent);

    /** Takes an agent out; it is not closed. */
    void remove(Agent agent);

    /**
     * Watches a descriptor for reading.
     *
     * @return the key for {@link #unregister}
     */
    int register(int descriptor, EventHandler handler);

    /** Ends the watch, before the descriptor is closed. */
    void unregister(int descriptor, int key);

    /** A worker of a daemon. */
    static NicWorker of(Worker worker) {
        return new NicWorker() {
            @Override
            public NanoClock clock() {
                return worker.clock();
            }

            @Override
            public void execute(Runnable command) {
                worker.execute(command);
            }

            @Override
            public void add(Agent agent) {
                worker.add(agent);
            }

            @Override
            public void remove(Agent agent) {
                worker.remove(agent);
            }

            @Override
            public int register(int descriptor, EventHandler handler) {
                return worker.register(descriptor, handler);
            }

            @Override
            public void unregister(int descriptor, int key) {
                worker.unregister(descriptor, key);
            }
        };
    }
}
