// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/** The agents that a worker runs in turn. On its thread, or before that starts. */
public interface DutyCycle extends EventLoop {
    /** Adds an agent at the end. */
    void add(Agent agent);

    /** Takes an agent out; it is not closed. */
    void remove(Agent agent);

    /** How many agents there are. */
    int agentCount();
}
