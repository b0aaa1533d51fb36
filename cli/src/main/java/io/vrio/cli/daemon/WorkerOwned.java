// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Agent;

/** Lets a worker close, in its turn and on its thread, what only its agents use. */
record WorkerOwned(String name, Runnable onClose) implements Agent {
    @Override
    public int doWork() {
        return 0;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
