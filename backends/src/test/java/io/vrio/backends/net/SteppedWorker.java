// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.clock.ManualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs duty cycles when a test says so, on its thread; every descriptor may be ready each time. */
public final class SteppedWorker implements NicWorker {
    private final ManualClock clock = new ManualClock(0);
    private final List<Agent> agents = new ArrayList<>();
    private final List<Runnable> commands = new ArrayList<>();
    private final Map<Integer, EventHandler> handlers = new LinkedHashMap<>();

    @Override
    public ManualClock clock() {
        return clock;
    }

    @Override
    public void execute(Runnable command) {
        commands.add(command);
    }

    @Override
    public void add(Agent agent) {
        agents.add(agent);
    }

    @Override
    public void remove(Agent agent) {
        agents.remove(agent);
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        if (handlers.put(descriptor, handler) != null) {
            throw new IllegalStateException("descriptor " + descriptor + " is watched already");
        }
        return descriptor;
    }

    @Override
    public void unregister(int descriptor, int key) {
        if (key != descriptor || handlers.remove(descriptor) == null) {
            throw new IllegalStateException("descriptor " + descriptor + " is not watched");
        }
    }

    /** How many descriptors could wake it. */
    public int watchedCount() {
        return handlers.size();
    }

    /** One duty cycle; returns what its agents have done. */
    public int step() {
        List<Runnable> due = List.copyOf(commands);
        commands.clear();
        due.forEach(Runnable::run);
        List.copyOf(handlers.values()).forEach(EventHandler::onReady);
        return List.copyOf(agents).stream().mapToInt(Agent::doWork).sum();
    }

    /** What is done before a worker blocks. */
    public void prepareToBlock() {
        List.copyOf(agents).forEach(Agent::prepareToBlock);
    }
}
