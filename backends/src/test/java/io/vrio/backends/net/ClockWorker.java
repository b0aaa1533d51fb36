// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.clock.NanoClock;

/** A worker for NICs that do nothing by themselves: those of a switch need its clock only. */
public final class ClockWorker implements NicWorker {
    private final NanoClock clock;

    public ClockWorker(NanoClock clock) {
        this.clock = clock;
    }

    @Override
    public NanoClock clock() {
        return clock;
    }

    @Override
    public void execute(Runnable command) {
        command.run();
    }

    @Override
    public void add(Agent agent) {
        throw new AssertionError("there is no duty cycle");
    }

    @Override
    public void remove(Agent agent) {
        throw new AssertionError("there is no duty cycle");
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        throw new AssertionError("nobody waits for descriptors");
    }

    @Override
    public void unregister(int descriptor, int key) {
        throw new AssertionError("nobody waits for descriptors");
    }
}
