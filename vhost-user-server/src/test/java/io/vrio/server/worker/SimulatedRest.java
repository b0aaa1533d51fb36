// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.DutyCycle;
import io.vrio.common.agent.EventLoop;
import java.util.function.Function;

/** A fixture: the real way to an agent that is a model, at workers that are no threads. */
public final class SimulatedRest {
    private final RestingAgent<Agent> agent;

    /** What a simulation knows of one that may rest. */
    public interface Agent extends Restable {}

    /**
     * @param looks in vain until it is at rest
     * @param maker makes the agent, which watches its descriptors there
     */
    public SimulatedRest(DutyCycle worker, int looks, Function<EventLoop, Agent> maker) {
        agent = new RestingAgent<>(worker, looks, maker::apply);
    }

    /** It is told something by a command. */
    public void tell() {
        agent.tell(told -> {});
    }

    /** It is part of this worker from now on. */
    public void join(DutyCycle worker) {
        agent.join(worker);
    }

    /** It is of no worker until it joins one. */
    public void leave() {
        agent.leave();
    }
}
