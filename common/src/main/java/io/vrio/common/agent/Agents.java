// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The agents of one duty cycle, and which of them are awake. They may come, go, rest and wake while
 * they are walked through. Leaves no garbage but when their number grows. On the thread of its
 * worker, which owns it, or before that starts.
 */
public final class Agents {
    private final List<Agent> all = new ArrayList<>();
    private final List<Agent> allView = Collections.unmodifiableList(all);

    /** Those that do not rest. */
    private final List<Agent> awake = new ArrayList<>();

    private final List<Agent> awakeView = Collections.unmodifiableList(awake);

    /** Adds an agent at the end, awake. */
    public void add(Agent agent) {
        all.add(agent);
        awake.add(agent);
    }

    /** Takes an agent out, whether it rests or not. */
    public void remove(Agent agent) {
        all.remove(agent);
        awake.remove(agent);
    }

    /** An agent is left out of {@link #awake} until {@link #wake}. */
    public void rest(Agent agent) {
        awake.remove(agent);
    }

    /** An agent that rests is awake again, behind all others that are. */
    public void wake(Agent agent) {
        awake.add(agent);
    }

    /** All of them, in the order in which they came, as they are at any time. */
    public List<Agent> all() {
        return allView;
    }

    /**
     * Those that are awake, as they are at any time. For a walk by index: agents change the list in
     * their turn. One that leaves it in a walk forwards makes the next one miss that walk; one that
     * joins it then still has its turn.
     */
    public List<Agent> awake() {
        return awakeView;
    }

    /** Whether one of them rests. */
    public boolean isAnyResting() {
        return awake.size() < all.size();
    }

    /** Prepares all that are awake, whatever the others say; whether the worker may block. */
    public boolean prepareToBlock() {
        boolean mayBlock = true;
        for (int i = 0; i < awake.size(); i++) {
            mayBlock &= awake.get(i).prepareToBlock();
        }
        return mayBlock;
    }

    /** Tells all that are awake that the worker runs again. */
    public void onWake() {
        for (int i = 0; i < awake.size(); i++) {
            awake.get(i).onWake();
        }
    }

    /** The earliest deadline of those that are awake, or {@link Agent#NO_DEADLINE}. */
    public long deadlineNs() {
        long deadlineNs = Agent.NO_DEADLINE;
        for (int i = 0; i < awake.size(); i++) {
            deadlineNs = Agent.earlier(deadlineNs, awake.get(i).deadlineNs());
        }
        return deadlineNs;
    }
}
