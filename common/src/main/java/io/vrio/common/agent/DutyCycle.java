// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/** The agents that a worker runs in turn. On its thread, or before that starts. */
public interface DutyCycle extends EventLoop {
    /** Adds an agent at the end. */
    void add(Agent agent);

    /** Takes an agent out; it is not closed. */
    void remove(Agent agent);

    /**
     * Leaves an agent out, as if it were none of them, until {@link #wake}. What comes for it is
     * told by events, which are heard in time: it was prepared to block.
     */
    void rest(Agent agent);

    /** Runs an agent again that rests. */
    void wake(Agent agent);
}
