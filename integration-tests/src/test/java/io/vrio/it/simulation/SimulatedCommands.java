// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.DiskWorker;
import io.vrio.common.agent.Agent;
import io.vrio.common.agent.WorkerEndedException;
import io.vrio.common.clock.NanoClock;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/**
 * What other threads want of a worker: each command is run some time later, in the order in which
 * they were given.
 */
final class SimulatedCommands implements DiskWorker {
    private static final long MS = 1_000_000;

    private final NanoClock clock;
    private final boolean isAlone;
    private final SplittableRandom random;
    private final ArrayDeque<Command> waiting = new ArrayDeque<>();
    private boolean isEnding;
    private boolean isOver;

    private record Command(long dueNs, Runnable action) {}

    /**
     * @param isAlone whether there is no other worker: what it tells itself it does at once
     */
    SimulatedCommands(NanoClock clock, boolean isAlone, SplittableRandom random) {
        this.clock = clock;
        this.isAlone = isAlone;
        this.random = random;
    }

    NanoClock clock() {
        return clock;
    }

    /** Mostly soon; now and then its thread gets no processor for a while. */
    @Override
    public void execute(Runnable action) {
        if (isOver) {
            throw new WorkerEndedException("of the simulation");
        }
        if (isAlone) {
            action.run();
            return;
        }
        if (isEnding) {
            return;
        }
        long delayNs = random.nextInt(8) == 0 ? random.nextLong(20 * MS) : random.nextLong(20_000);
        waiting.add(new Command(clock.nanoTime() + delayNs, action));
    }

    int run() {
        int count = 0;
        // Limit: those that were there before.
        for (int left = waiting.size(); left > 0 && isDue(); left--) {
            waiting.poll().action().run();
            count++;
        }
        return count;
    }

    private boolean isDue() {
        return !waiting.isEmpty() && waiting.peek().dueNs() - clock.nanoTime() <= 0;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    long nextDeadlineNs() {
        return waiting.isEmpty() ? Agent.NO_DEADLINE : waiting.peek().dueNs();
    }

    /** The worker closes what it has: what it is told from now on is not done any more. */
    void beginEnd() {
        isEnding = true;
        waiting.clear();
    }

    /** The worker has ended. */
    void end() {
        beginEnd();
        isOver = true;
    }
}
