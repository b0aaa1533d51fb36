// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.EventLoop;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.session.Watch;
import io.vrio.server.worker.SimulatedMove;
import io.vrio.server.worker.SimulatedRest;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One device of a server's process: its remote disk, its frontend, and the guest behind it. It is
 * part of its worker by the real way to a device, which lets it rest, and changes its worker by a
 * real move; what it does there is a model of a {@code DeviceAgent}.
 */
final class SimulatedDevice {
    private final Scenario scenario;
    private final NanoClock clock;
    private final Guest guest;
    private final SplittableRandom random;
    private final RemoteDisk disk;
    private final BlockDevice device;
    private final SimulatedRest entry;
    private final List<Watch> watches = new ArrayList<>();
    private Frontend frontend;

    /** Null while it is on its way to another one. */
    private SimulatedWorker worker;

    /** Null while it is to stay where it is. */
    private SimulatedMove move;

    /** Where it goes as soon as it has arrived, or null. */
    private SimulatedWorker onward;

    private long moves;
    private long failedBefore;
    private long sentAgain;

    SimulatedDevice(
            Scenario scenario, Guest guest, SimulatedWorker worker, SplittableRandom random) {
        this.scenario = scenario;
        clock = worker.commands().clock();
        this.guest = guest;
        this.random = random;
        disk = worker.peer().openDisk(guest.diskName(), guest.incarnations());
        device = new BlockDevice(guest.diskName(), disk, scenario.rings().count());
        connect();
        entry = new SimulatedRest(worker, scenario.restLooks(), this::watch);
        join(worker);
    }

    /** Its guest's kicks, and its frontend's messages. */
    private Agent watch(EventLoop loop) {
        for (int descriptor : List.of(kickDescriptor(), socketDescriptor())) {
            watches.add(new Watch(loop, descriptor, () -> {}));
        }
        return new Agent();
    }

    private int kickDescriptor() {
        return 2 * guest.index();
    }

    private int socketDescriptor() {
        return 2 * guest.index() + 1;
    }

    private void join(SimulatedWorker newWorker) {
        worker = newWorker;
        worker.devices().add(this);
        entry.join(worker);
        watches.forEach(Watch::begin);
        worker.kick();
    }

    /** What a {@code DeviceAgent} is for its worker. */
    private final class Agent implements SimulatedRest.Agent {
        @Override
        public String name() {
            return guest.diskName();
        }

        @Override
        public int doWork() {
            int work = device.doWork();
            return move == null ? work : work + move.proceed();
        }

        @Override
        public boolean canRest() {
            boolean canRest = move == null && frontend.canLeave();
            if (canRest) {
                worker.passTime();
            }
            return canRest;
        }

        @Override
        public boolean prepareToBlock() {
            return device.prepareToBlock();
        }

        @Override
        public void onWake() {
            device.onWake();
        }

        @Override
        public long deadlineNs() {
            return move == null ? NO_DEADLINE : move.deadlineNs();
        }
    }

    /** Begins to leave its worker for another one, unless it is doing so already. */
    void move(SimulatedWorker to) {
        if (worker != null && move == null && to != worker) {
            move = new SimulatedMove(guest.diskName(), new Place(worker), new Place(to), clock);
            device.hold(true);
            entry.tell();
            worker.kick();
        }
    }

    /**
     * The same, and from there to a third one, before it can have been told that it is welcome at
     * the second.
     */
    void move(SimulatedWorker to, SimulatedWorker next) {
        move(to);
        onward = move == null ? null : next;
    }

    /** What a {@code DeviceAgent} does at a worker that it moves from, or to. */
    private final class Place implements SimulatedMove.Place {
        private final SimulatedWorker place;

        Place(SimulatedWorker place) {
            this.place = place;
        }

        @Override
        public boolean canLeave() {
            return frontend.canLeave();
        }

        @Override
        public void leave() {
            watches.forEach(Watch::end);
            disk.leave();
            entry.leave();
            worker.devices().remove(SimulatedDevice.this);
            worker = null;
        }

        @Override
        public void join() throws WorkerFullException {
            disk.join(place.peer());
            SimulatedWorker next = onward;
            endMove();
            moves++;
            SimulatedDevice.this.join(place);
            if (next != null) {
                move(next);
            }
        }

        @Override
        public void stay() {
            endMove();
        }

        @Override
        public void end(Exception reason) {
            throw new AssertionError("no worker takes " + guest.diskName(), reason);
        }

        @Override
        public void execute(Runnable command) {
            place.commands().execute(command);
        }
    }

    private void endMove() {
        move = null;
        onward = null;
        device.hold(false);
    }

    /** Whether it has a worker, and is to stay there. */
    boolean isSettled() {
        return worker != null && move == null;
    }

    /** How often it has changed its worker. */
    long moves() {
        return moves;
    }

    /** Its guest has something for it; a device that is of no worker hears it later. */
    void kick() {
        if (worker != null) {
            worker.onReady(kickDescriptor());
        }
    }

    /** Its frontend says something, which is heard at once. */
    void say(Runnable message) {
        worker.hear(socketDescriptor());
        message.run();
    }

    /** What its frontend says, and waits for. */
    int serveFrontend() {
        int work = frontend.doWork();
        if (work > 0) {
            worker.hear(socketDescriptor());
        }
        return work;
    }

    /** Whether some worker has it. */
    boolean isServed() {
        return worker != null;
    }

    private void connect() {
        boolean isHasty = scenario.load().isHasty();
        frontend = new Frontend(device, guest, isHasty, clock, random.split());
    }

    /** The frontend leaves, and another one comes with a guest that boots. */
    void reconnect() {
        failedBefore += frontend.failed();
        frontend.close();
        guest.reset();
        connect();
    }

    Frontend frontend() {
        return frontend;
    }

    Guest guest() {
        return guest;
    }

    RemoteDisk disk() {
        return disk;
    }

    /** Tells the guest what it may not be told of, and its judge must know. */
    void look() {
        if (disk.isAttached()) {
            guest.onDiskMet();
        }
        long nowSentAgain = disk.counters().value(RemoteDiskCounter.RESUBMITTED);
        if (nowSentAgain != sentAgain) {
            sentAgain = nowSentAgain;
            guest.history().onSentAgain();
        }
    }

    /** The worker goes to sleep: no chain may wait. */
    void checkNothingWaits() {
        if (move == null) {
            frontend.checkNothingWaits();
        }
    }

    /** Requests that waited too long for a peer that was away. */
    long expired() {
        return disk.counters().value(RemoteDiskCounter.EXPIRED);
    }

    long failedAtStop() {
        return failedBefore + frontend.failed();
    }

    void close() {
        frontend.close();
        device.close();
        disk.close();
        Leaks.check("queues stopped for a fault", device.counters().get("queue_faults"), 0);
    }
}
