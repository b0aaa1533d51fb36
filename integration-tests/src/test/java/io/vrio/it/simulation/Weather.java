// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.transport.link.Faults;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What happens to the wire, the machines and the processes while a guest works, as chance has it.
 */
final class Weather {
    private static final long US = 1_000;
    private static final long MS = 1_000 * US;
    private static final long NEVER_NS = Long.MAX_VALUE / 4;

    /** More requests than a guest ever begins. */
    private static final int MANY = Integer.MAX_VALUE / 2;

    private final WholeWay way;
    private final SplittableRandom random;
    private final Wind air;
    private final Timer wind = new Timer();
    private final Timer stroke = new Timer();
    private final SplittableRandom strangers;
    private final Ambush ambush;
    private long restartNs;
    private boolean isOver;

    Weather(WholeWay way, SplittableRandom random) {
        this.way = way;
        this.random = random;
        air = new Wind(random);
        long nowNs = way.clock().nanoTime();
        restartNs = nowNs + NEVER_NS;
        strangers = new SplittableRandom(way.scenario().seed() ^ 0x57A6E);
        ambush = new Ambush(way, strangers.split());
        wind.set(0, 0);
        setStroke();
        layAmbush();
    }

    /** Runs out after some time, or earlier when the guest has begun enough requests. */
    private final class Timer {
        private long dueNs;
        private int dueRequests;

        void set(int requests, long delayNs) {
            dueNs = way.clock().nanoTime() + delayNs;
            dueRequests = way.begun() + requests;
        }

        boolean isDue() {
            return dueNs - way.clock().nanoTime() <= 0 || way.begun() >= dueRequests;
        }
    }

    void doWork() {
        long nowNs = way.clock().nanoTime();
        if (restartNs - nowNs <= 0 && !way.iohyp().isUp()) {
            way.iohyp().start();
            restartNs = nowNs + NEVER_NS;
        }
        if (isOver) {
            return;
        }
        if (wind.isDue()) {
            changeWire();
        }
        if (stroke.isDue()) {
            strike(nowNs);
            setStroke();
            layAmbush();
        }
        if (ambush.isDue()) {
            strikeMachines(strangers.nextInt(6), nowNs);
            layAmbush();
        }
    }

    private void layAmbush() {
        if (!isCalm() && way.scenario().load().unrest() > 0) {
            ambush.lay();
        }
    }

    private void changeWire() {
        int failurePpm = random.nextInt(3) == 0 ? way.scenario().disk().failurePpm() : 0;
        way.iohyp().disks().forEach(disk -> disk.failures(failurePpm));
        int requests = 1 + random.nextInt(60);
        int kind = random.nextInt(6 + way.scenario().load().unrest());
        switch (isCalm() ? 0 : kind) {
            case 0, 1, 2 -> {
                blow("is quiet", air.quiet(), air.quiet());
                wind.set(requests, random.nextLong(1, 50) * MS);
            }
            case 3, 4 -> {
                blow("is bad", air.bad(30_000), air.bad(30_000));
                wind.set(requests, random.nextLong(1, 100) * MS);
            }
            case 5, 6 -> {
                blow("is very bad", air.bad(300_000), air.bad(300_000));
                wind.set(requests, random.nextLong(1, 300) * MS);
            }
            case 7 -> {
                if (random.nextBoolean()) {
                    blow("carries nothing to the server", air.blackHole(), air.quiet());
                } else {
                    blow("carries nothing to the IOhyp", air.quiet(), air.blackHole());
                }
                wind.set(MANY, blackOutNs());
            }
            default -> {
                blow("is a black hole", air.blackHole(), air.blackHole());
                wind.set(MANY, blackOutNs());
            }
        }
    }

    private void blow(String what, Faults towardsServer, Faults towardsIohyp) {
        way.journal().note("the wire " + what);
        if (isCalm()) {
            // A delay that changes lets frames overtake others, which then come too late.
            way.wire().faults(Wind.CALM, Wind.CALM);
        } else {
            way.wire().faults(towardsServer, towardsIohyp);
        }
        letStrangersIn();
    }

    /**
     * Old frames that come again must change nothing, nor, where super-frames are sealed, what
     * somebody forges who has seen everything. {@code --insecure} promises nothing about that.
     */
    private void letStrangersIn() {
        boolean isThere = !isOver && !isCalm();
        boolean isForging = isThere && way.scenario().isForged();
        way.wire()
                .intruder(
                        isForging ? strangers.nextInt(3) * 10_000 : 0,
                        isThere ? strangers.nextInt(3) * 10_000 : 0);
    }

    private boolean isCalm() {
        return way.scenario().net().isPresent() && way.scenario().net().isCalm();
    }

    /** Often shorter and often longer than a silent peer, or a request, may be. */
    private long blackOutNs() {
        long longestMs = random.nextInt(4) == 0 ? 20_000 : 3_000;
        return random.nextLong(1, longestMs) * MS;
    }

    private void setStroke() {
        switch (isCalm() ? 0 : way.scenario().load().unrest()) {
            case 0 -> stroke.set(MANY, NEVER_NS);
            case 1 -> stroke.set(1 + random.nextInt(150), random.nextLong(1, 3_000) * MS);
            case 2 -> stroke.set(1 + random.nextInt(50), random.nextLong(1, 1_000) * MS);
            default -> stroke.set(1 + random.nextInt(15), random.nextLong(1, 300) * MS);
        }
    }

    private void strike(long nowNs) {
        List<SimulatedDevice> devices = way.server().devices();
        SimulatedDevice device = devices.get(random.nextInt(devices.size()));
        int kind = random.nextInt(12);
        switch (kind) {
            case 0, 1, 2, 3, 4, 5 -> strikeMachines(kind, nowNs);
            case 6 -> strike(device, "a queue stops", () -> device.frontend().stop(false));
            case 7 -> strike(device, "all queues stop", () -> device.frontend().stop(true));
            case 8 -> strike(device, "the driver resets", () -> device.frontend().resetDriver());
            case 9 -> strike(device, "the frontend leaves", () -> device.reconnect());
            default ->
                    strike(device, "memory is shared anew", () -> device.frontend().shareMemory());
        }
    }

    private void strikeMachines(int kind, long nowNs) {
        way.tally().struck(way.server().moment().state());
        switch (kind) {
            case 0 -> takeDown("the IOhyp is killed", nowNs, () -> way.iohyp().kill());
            case 1 -> takeDown("the IOhyp stops", nowNs, () -> way.iohyp().stop());
            case 2 -> takeDown("the I/O host crashes", nowNs, way::crashHost);
            case 3 -> {
                boolean isGraceful = random.nextBoolean();
                boolean areGuestsLost = random.nextInt(3) == 0;
                strike(
                        (isGraceful ? "the server stops" : "the server is killed")
                                + (areGuestsLost ? " with its guests" : ""),
                        () -> way.restartServer(isGraceful, areGuestsLost));
            }
            default -> strike("the server breaks off", () -> way.server().breakOff());
        }
    }

    /** What a frontend says is heard by the worker that has the device. */
    private void strike(SimulatedDevice device, String what, Runnable how) {
        if (device.isServed()) {
            strike(what, () -> device.say(how));
        }
    }

    private void strike(String what, Runnable how) {
        way.journal().note(what);
        how.run();
    }

    private void takeDown(String what, long nowNs, Runnable how) {
        if (way.iohyp().isUp()) {
            boolean isShort = random.nextInt(3) > 0;
            long pauseNs = isShort ? random.nextLong(5 * MS) : blackOutNs();
            restartNs = nowNs + pauseNs;
            strike(what + " for us " + pauseNs / US, how);
        }
    }

    /** The wire is quiet, the disk works, nothing happens any more. */
    void clear() {
        isOver = true;
        ambush.clear();
        way.journal().note("all faults stop");
        blow("is quiet", air.quiet(), air.quiet());
        way.iohyp().disks().forEach(disk -> disk.failures(0));
        if (!way.iohyp().isUp()) {
            way.iohyp().start();
        }
    }

    long nextDeadlineNs() {
        long nextNs = wind.dueNs - stroke.dueNs < 0 ? wind.dueNs : stroke.dueNs;
        nextNs = Agent.earlier(nextNs, ambush.nextDeadlineNs());
        if (isOver) {
            nextNs = way.clock().nanoTime() + NEVER_NS;
        }
        return way.iohyp().isUp() || nextNs - restartNs < 0 ? nextNs : restartNs;
    }
}
