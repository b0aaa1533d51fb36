// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.SimulatedWire;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One life of the server's process: its association, its devices, and the worker that runs them,
 * which blocks when it has nothing to do and wakes up for kicks, frames and deadlines.
 */
final class SimulatedServer {
    /** Duty cycles without work before the worker blocks. */
    private static final int IDLE_CYCLES = 3;

    private final Scenario scenario;
    private final SimulatedWire wire;
    private final NanoClock clock;
    private final FrameBufferPool buffers;
    private final RemotePeer peer;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private boolean isBlocked;
    private boolean isKicked;
    private int idleCycles;

    SimulatedServer(
            Scenario scenario,
            SimulatedWire wire,
            NanoClock clock,
            List<Guest> guests,
            SplittableRandom random) {
        this.scenario = scenario;
        this.wire = wire;
        this.clock = clock;
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
        for (Guest guest : guests) {
            devices.add(new SimulatedDevice(scenario, clock, guest, peer, random.split()));
        }
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

    List<SimulatedDevice> devices() {
        return devices;
    }

    /** Breaks the association off from this side. */
    void breakOff() {
        SimulatedWire.breakOff(peer);
    }

    /** A guest has something for its device. */
    void kick() {
        isKicked = true;
    }

    /**
     * @param meanwhile what guests do between the worker's last look at the rings and its wish to
     *     be kicked
     */
    int doWork(Runnable meanwhile) {
        int work = 0;
        for (SimulatedDevice device : devices) {
            work += device.frontend().doWork();
        }
        // Its session's socket wakes the worker, too.
        isKicked |= work > 0;
        if (isBlocked && !wakesUp()) {
            return 0;
        }
        isKicked = false;
        for (SimulatedDevice device : devices) {
            work += device.doWork();
        }
        work += peer.doWork();
        checkHealth(work);
        idleCycles = work > 0 ? 0 : idleCycles + 1;
        if (idleCycles >= IDLE_CYCLES) {
            meanwhile.run();
            isBlocked = peer.prepareToBlock();
            for (SimulatedDevice device : devices) {
                isBlocked &= device.prepareToBlock();
            }
            // A kick that came before is still in its counter.
            isBlocked &= !isKicked;
            if (isBlocked) {
                devices.forEach(device -> device.frontend().checkNothingWaits());
            }
        }
        return work;
    }

    /** An association is never lost to a fault of the program, nor to an honest IOhyp. */
    private void checkHealth(int work) {
        boolean isSuspect = work > 0 && !devices.get(0).disk().isAttached();
        String reason = isSuspect ? peer.status().reason() : null;
        boolean isHonest = !scenario.wire().hasDoubles();
        boolean isFault = reason != null && reason.contains("fault");
        boolean isAccused = reason != null && reason.contains("protocol");
        if (isFault || isHonest && isAccused) {
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
            devices.forEach(SimulatedDevice::onWake);
            peer.onWake();
        }
        return isWoken;
    }

    long nextDeadlineNs() {
        // While it polls, its next duty cycle follows at once.
        long nextNs = isBlocked ? peer.deadlineNs() : clock.nanoTime();
        for (SimulatedDevice device : devices) {
            long frontendNs = device.frontend().nextDeadlineNs();
            nextNs = frontendNs - nextNs < 0 ? frontendNs : nextNs;
        }
        return nextNs;
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        devices.forEach(SimulatedDevice::close);
        peer.close();
        wire.killServer();
        checkRemains();
    }

    /** The process ends as on SIGKILL: nobody hears of it. */
    void kill() {
        wire.killServer();
        devices.forEach(SimulatedDevice::close);
        peer.close();
        checkRemains();
    }

    private void checkRemains() {
        Leaks.check(
                "frame buffers of the server",
                buffers.available(),
                scenario.wire().serverBuffers());
        buffers.close();
    }
}
