// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import java.util.SplittableRandom;

/**
 * One device of a server's process: its remote disk, its frontend, and the guest behind it. It
 * changes its worker as a {@code DeviceAgent} does.
 */
final class SimulatedDevice {
    /** A move is given up when the device has not got quiet by then. */
    private static final long QUIET_MAX_NS = 2_000_000_000L;

    private final Scenario scenario;
    private final NanoClock clock;
    private final Guest guest;
    private final SplittableRandom random;
    private final RemoteDisk disk;
    private final BlockDevice device;
    private Frontend frontend;

    /** Null while it is on its way to another one. */
    private SimulatedWorker worker;

    /** Where it is to go; null while it is to stay. */
    private SimulatedWorker target;

    private long giveUpNs;
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
        if (worker != null && target == null && to != worker) {
            target = to;
            giveUpNs = clock.nanoTime() + QUIET_MAX_NS;
            device.hold(true);
            worker.kick();
        }
    }

    private int proceed() {
        if (frontend.canLeave()) {
            leave();
            return 1;
        }
        if (clock.nanoTime() - giveUpNs < 0) {
            return 0;
        }
        endMove();
        return 1;
    }

    private void leave() {
        SimulatedWorker from = worker;
        SimulatedWorker to = target;
        disk.leave();
        worker.devices().remove(this);
        worker = null;
        try {
            to.commands().execute(() -> arrive(to));
        } catch (IllegalStateException e) {
            // It has ended meanwhile.
            arrive(from);
        }
    }

    private void arrive(SimulatedWorker newWorker) {
        disk.join(newWorker.peer());
        endMove();
        moves++;
        join(newWorker);
    }

    private void endMove() {
        target = null;
        device.hold(false);
    }

    /** Whether it has a worker, and is to stay there. */
    boolean isSettled() {
        return worker != null && target == null;
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
        return target == null ? work : work + proceed();
    }

    /** The worker goes to sleep: no chain may wait. */
    void checkNothingWaits() {
        if (target == null) {
            frontend.checkNothingWaits();
        }
    }

    /** When the device has something to do by itself. */
    long deadlineNs() {
        return target == null ? Agent.NO_DEADLINE : giveUpNs;
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
