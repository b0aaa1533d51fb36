// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who decides, with good reason or without, that there are more or fewer workers, and what goes
 * where.
 */
final class Shuffle {
    private static final long MS = 1_000_000;

    private final WholeWay way;
    private final SplittableRandom random;
    private final int requestsMax;
    private final long pauseMaxNs;
    private int dueRequests;
    private long dueNs;
    private boolean isOver;

    Shuffle(WholeWay way) {
        this.way = way;
        random = new SplittableRandom(way.scenario().seed() ^ 0x5AFF1E);
        requestsMax = random.nextBoolean() ? 10 : 80;
        pauseMaxNs = random.nextBoolean() ? 20 * MS : 2_000 * MS;
        isOver = !way.scenario().workers().areSeveral();
        setNext();
    }

    private void setNext() {
        dueRequests = way.begun() + 1 + random.nextInt(requestsMax);
        dueNs = way.clock().nanoTime() + random.nextLong(pauseMaxNs);
    }

    void doWork() {
        boolean isLate = dueNs - way.clock().nanoTime() <= 0;
        if (!isOver && (isLate || way.begun() >= dueRequests)) {
            shuffle();
            setNext();
        }
    }

    private void shuffle() {
        switch (random.nextInt(8)) {
            case 0 -> {
                way.journal().note("the server gets one more worker");
                way.server().grow();
            }
            case 1 -> {
                way.journal().note("the server gets one worker less");
                way.server().shrink();
            }
            default -> move();
        }
    }

    private void move() {
        List<SimulatedWorker> workers = way.server().workers();
        List<SimulatedDevice> devices = way.server().devices();
        SimulatedDevice device = devices.get(random.nextInt(devices.size()));
        int to = random.nextInt(workers.size());
        way.journal().note(device.guest().diskName() + " is to go to worker " + to);
        device.move(workers.get(to));
    }

    /** Nothing is moved any more; what moves arrives or stays. */
    void clear() {
        isOver = true;
    }

    long nextDeadlineNs() {
        return isOver ? Agent.NO_DEADLINE : dueNs;
    }
}
