// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.worker.SimulatedMove;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import java.util.SplittableRandom;

/**
 * One device of a server's process: its remote disk, its frontend, and the guest behind it. It
 * changes its worker by a real move, at whose places it does what a {@code DeviceAgent} does.
 */
final class SimulatedDevice {
    private final Scenario scenario;
    private final NanoClock clock;
    private final Guest guest;
    private final SplittableRandom random;
    private final RemoteDisk disk;
    private final BlockDevice device;
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
        join(worker);
    }

    private void join(SimulatedWorker newWorker) {
        worker = newWorker;
        worker.devices().add(this);
        worker.kick();
    }

    /** Begins to leave its worker for another one, unless it is doing so already. */
    void move(SimulatedWorker to) {
        if (worker != null && move == null && to != worker) {
            move = new SimulatedMove(new Place(worker), new Place(to), clock);
            device.hold(true);
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
            disk.leave();
            worker.devices().remove(SimulatedDevice.this);
            worker = null;
        }

        @Override
        public void join() {
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
        public void end() {
            throw new AssertionError("no worker takes " + guest.diskName());
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
            worker.kick();
        }
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

    int doWork() {
        if (disk.isAttached()) {
            guest.onDiskMet();
        }
        long nowSentAgain = disk.counters().value(RemoteDiskCounter.RESUBMITTED);
        if (nowSentAgain != sentAgain) {
            sentAgain = nowSentAgain;
            guest.history().onSentAgain();
        }
        int work = device.doWork();
        return move == null ? work : work + move.proceed();
    }

    /** The worker goes to sleep: no chain may wait. */
    void checkNothingWaits() {
        if (move == null) {
            frontend.checkNothingWaits();
        }
    }

    /** When the device has something to do by itself. */
    long deadlineNs() {
        return move == null ? Agent.NO_DEADLINE : move.deadlineNs();
    }

    boolean prepareToBlock() {
        return device.prepareToBlock();
    }

    void onWake() {
        device.onWake();
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
