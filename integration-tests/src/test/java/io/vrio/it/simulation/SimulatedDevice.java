// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import io.vrio.transport.remote.RemotePeer;
import java.util.SplittableRandom;

/** One device of a server's process: its remote disk, its frontend, and the guest behind it. */
final class SimulatedDevice {
    private final Scenario scenario;
    private final NanoClock clock;
    private final Guest guest;
    private final SplittableRandom random;
    private final RemoteDisk disk;
    private final BlockDevice device;
    private Frontend frontend;
    private long failedBefore;
    private long sentAgain;

    SimulatedDevice(
            Scenario scenario,
            NanoClock clock,
            Guest guest,
            RemotePeer peer,
            SplittableRandom random) {
        this.scenario = scenario;
        this.clock = clock;
        this.guest = guest;
        this.random = random;
        disk = peer.openDisk(guest.diskName(), guest.incarnations());
        device = new BlockDevice(guest.diskName(), disk, scenario.rings().count());
        connect();
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
        return device.doWork();
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
