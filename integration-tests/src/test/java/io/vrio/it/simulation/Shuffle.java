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
        requestsMax = random.nextBoolean() ? 10 : 40;
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
        SimulatedIohyp iohyp = way.iohyp();
        switch (random.nextInt(12)) {
            case 0 -> change("the server gets one more worker", () -> way.server().grow());
            case 1 -> change("the server gets one worker less", () -> way.server().shrink());
            case 2 -> changeIohyp("the IOhyp gets one more worker", iohyp::grow);
            case 3 -> changeIohyp("the IOhyp gets one worker less", iohyp::shrink);
            case 4, 5, 6, 7 -> changeIohyp("associations are sent elsewhere", this::rebalance);
            default -> move();
        }
    }

    private void change(String what, Runnable how) {
        way.journal().note(what);
        how.run();
    }

    private void changeIohyp(String what, Runnable how) {
        if (way.iohyp().isUp()) {
            change(what, how);
        }
    }

    private void rebalance() {
        int count = way.iohyp().workers().size();
        double share = random.nextBoolean() ? 1 : random.nextDouble();
        way.iohyp().rebalance(random.nextInt(count), random.nextInt(count), share);
    }

    private void move() {
        List<SimulatedWorker> workers = way.server().workers();
        List<SimulatedDevice> devices = way.server().devices();
        SimulatedDevice device = devices.get(random.nextInt(devices.size()));
        int to = random.nextInt(workers.size());
        String what = device.guest().diskName() + " is to go to worker " + to;
        // Claims of one disk by several workers overtake each other when they follow at once.
        int next = random.nextInt(2 * workers.size());
        if (next < workers.size()) {
            way.journal().note(what + " and on to worker " + next);
            device.move(workers.get(to), workers.get(next));
        } else {
            way.journal().note(what);
            device.move(workers.get(to));
        }
    }

    /** Nothing is moved any more; what moves arrives or stays. */
    void clear() {
        isOver = true;
    }

    long nextDeadlineNs() {
        return isOver ? Agent.NO_DEADLINE : dueNs;
    }
}
