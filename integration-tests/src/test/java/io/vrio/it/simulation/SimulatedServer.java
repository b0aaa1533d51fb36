// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.SimulatedWire;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One life of the server's process: its association, one device, and the worker that runs them,
 * which blocks when it has nothing to do and wakes up for kicks, frames and deadlines.
 */
final class SimulatedServer {
    /** Duty cycles without work before the worker blocks. */
    private static final int IDLE_CYCLES = 3;

    private final Scenario scenario;
    private final SimulatedWire wire;
    private final NanoClock clock;
    private final Guest guest;
    private final SplittableRandom random;
    private final FrameBufferPool buffers;
    private final RemotePeer peer;
    private final RemoteDisk disk;
    private final BlockDevice device;
    private Frontend frontend;
    private boolean hasMetDisk;
    private boolean isBlocked;
    private boolean isKicked;
    private int idleCycles;
    private long failedBefore;

    SimulatedServer(
            Scenario scenario,
            SimulatedWire wire,
            NanoClock clock,
            Guest guest,
            SplittableRandom random) {
        this.scenario = scenario;
        this.wire = wire;
        this.clock = clock;
        this.guest = guest;
        this.random = random;
        Scenario.Wire plan = scenario.wire();
        buffers = new FrameBufferPool(plan.serverBuffers());
        PeerOptions options =
                new PeerOptions(
                        "server",
                        random.nextLong(),
                        SimulatedWire.IOHYP_ADDRESS,
                        SimulatedWire.PORT,
                        plan.mtu(),
                        SimulatedIohyp.PEER_TIMEOUT_NS,
                        scenario.load().ioTimeoutNs());
        RandomGenerator numbers = plan.isNearWrap() ? new NearWrap(random.split()) : random.split();
        peer = new RemotePeer(options, wire.openServer(plan.portCount()), clock, buffers, numbers);
        disk = peer.openDisk(SimulatedIohyp.DISK);
        device = new BlockDevice(SimulatedIohyp.DISK, disk, scenario.rings().count());
        connect();
    }

    /** Initial sequence numbers that run over 2^32 after some kilobytes. */
    private record NearWrap(SplittableRandom random) implements RandomGenerator {
        @Override
        public long nextLong() {
            return random.nextLong();
        }

        @Override
        public int nextInt() {
            return -1 - random.nextInt(1 << 18);
        }
    }

    private void connect() {
        frontend = new Frontend(scenario, device, guest, clock, random.split());
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

    RemoteDisk disk() {
        return disk;
    }

    BlockDevice device() {
        return device;
    }

    /** Breaks the association off from this side. */
    void breakOff() {
        SimulatedWire.breakOff(peer);
    }

    /** The guest has something for the device. */
    void kick() {
        isKicked = true;
    }

    int doWork() {
        int work = frontend.doWork();
        if (isBlocked && !wakesUp()) {
            return work;
        }
        isKicked = false;
        int done = device.doWork() + peer.doWork();
        hasMetDisk |= disk.isAttached();
        if (done > 0 && !disk.isAttached()) {
            checkHealth();
        }
        idleCycles = done + work > 0 ? 0 : idleCycles + 1;
        if (idleCycles >= IDLE_CYCLES) {
            isBlocked = device.prepareToBlock() && peer.prepareToBlock();
        }
        return work + done;
    }

    /** An association is never lost to a fault of the program, nor to an honest IOhyp. */
    private void checkHealth() {
        String reason = peer.status().reason();
        if (reason != null && (reason.contains("fault") || reason.contains("protocol"))) {
            throw new AssertionError("association lost: " + reason);
        }
    }

    private boolean wakesUp() {
        boolean isWoken =
                isKicked
                        || peer.deadlineNs() - clock.nanoTime() <= 0
                        || wire.isServerReadable(clock.nanoTime());
        if (isWoken) {
            isBlocked = false;
            idleCycles = 0;
            device.onWake();
            peer.onWake();
        }
        return isWoken;
    }

    long nextDeadlineNs() {
        // While it polls, its next duty cycle follows at once.
        long ownNs = isBlocked ? peer.deadlineNs() : clock.nanoTime();
        long frontendNs = frontend.nextDeadlineNs();
        return frontendNs - ownNs < 0 ? frontendNs : ownNs;
    }

    /** Whether the disk has been attached in this life. */
    boolean hasMetDisk() {
        return hasMetDisk;
    }

    long expired() {
        return disk.counters().value(RemoteDiskCounter.EXPIRED);
    }

    long failedAtStop() {
        return failedBefore + frontend.failed();
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        frontend.close();
        device.close();
        disk.close();
        peer.close();
        wire.killServer();
        checkRemains();
    }

    /** The process ends as on SIGKILL: nobody hears of it. */
    void kill() {
        wire.killServer();
        frontend.close();
        device.close();
        disk.close();
        peer.close();
        checkRemains();
    }

    private void checkRemains() {
        Leaks.check("queues stopped for a fault", device.counters().get("queue_faults"), 0);
        Leaks.check(
                "frame buffers of the server",
                buffers.available(),
                scenario.wire().serverBuffers());
        buffers.close();
    }
}
