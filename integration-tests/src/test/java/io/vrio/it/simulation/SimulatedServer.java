// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Associations;
import io.vrio.transport.remote.LinkFactory;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.ServerStation;
import io.vrio.transport.remote.ShortCircuit;
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

    /** How long it blocks while a frame waits for room that nobody tells of. */
    private static final long HELD_BACK_NS = 100_000;

    private final Scenario scenario;
    private final Host host;
    private final NanoClock clock;
    private final NetWays ways;
    private final FrameBufferPool buffers;
    private final RemotePeer peer;
    private final ShortCircuit circuit;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final List<SimulatedNetDevice> nics = new ArrayList<>();
    private final NetTotals totals = new NetTotals();
    private boolean isBlocked;
    private boolean isKicked;
    private int idleCycles;
    private long blockedNs;

    /** A VM host, which outlives its servers. */
    record Host(String name, ServerStation station) {}

    SimulatedServer(
            Scenario scenario,
            Host host,
            List<Guest> guests,
            NetWays ways,
            SplittableRandom random) {
        this.scenario = scenario;
        this.host = host;
        this.ways = ways;
        clock = ways.clock();
        circuit = new ShortCircuit(clock);
        Scenario.Wire plan = scenario.wire();
        buffers = new FrameBufferPool(plan.serverBuffers());
        PeerOptions options =
                new PeerOptions(
                        host.name(),
                        random.nextLong(),
                        host.station().iohypAddress(),
                        SimulatedWire.PORT,
                        plan.mtu(),
                        SimulatedIohyp.PEER_TIMEOUT_NS,
                        scenario.load().ioTimeoutNs(),
                        scenario.key(),
                        scenario.keyLimits());
        RandomGenerator numbers = plan.isNearWrap() ? new NearWrap(random.split()) : random.split();
        LinkFactory links = host.station().openServer(plan.portCount());
        peer = new RemotePeer(options, links, clock, buffers, numbers);
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

    List<SimulatedNetDevice> nics() {
        return nics;
    }

    /** Serves a card from now on, also while another server has it. */
    SimulatedNetDevice open(NetScenario.Card card) {
        SimulatedNetDevice nic = new SimulatedNetDevice(scenario, card, peer, circuit, ways);
        nics.add(nic);
        isKicked = true;
        return nic;
    }

    /** Serves a card no more. */
    void close(SimulatedNetDevice nic) {
        nics.remove(nic);
        nic.close(totals);
        isKicked = true;
    }

    /** What its NICs have counted; complete when it has ended. */
    NetTotals totals() {
        return totals;
    }

    String name() {
        return host.name();
    }

    /** How far it has come with its association. */
    SimulatedWire.Moment moment() {
        return SimulatedWire.moment(peer);
    }

    /** Its association, or null. */
    Association association() {
        return Associations.of(peer);
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
        for (SimulatedNetDevice nic : nics) {
            work += nic.frontend() == null ? 0 : nic.frontend().doWork();
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
        for (SimulatedNetDevice nic : nics) {
            work += nic.doWork();
        }
        work += peer.doWork();
        checkHealth(work);
        idleCycles = work > 0 ? 0 : idleCycles + 1;
        if (idleCycles >= IDLE_CYCLES) {
            meanwhile.run();
            prepareToBlock();
        }
        return work;
    }

    private void prepareToBlock() {
        isBlocked = peer.prepareToBlock();
        for (SimulatedDevice device : devices) {
            isBlocked &= device.prepareToBlock();
        }
        for (SimulatedNetDevice nic : nics) {
            isBlocked &= nic.prepareToBlock();
        }
        // A kick that came before is still in its counter.
        isBlocked &= !isKicked;
        if (isBlocked) {
            blockedNs = clock.nanoTime();
            devices.forEach(device -> device.frontend().checkNothingWaits());
            nics.forEach(SimulatedNetDevice::checkNothingWaits);
        }
    }

    /** An association is never lost to a fault of the program, nor to an honest IOhyp. */
    private void checkHealth(int work) {
        boolean isSuspect = work > 0 && !isAttached();
        String reason = isSuspect ? moment().reason() : null;
        boolean isHonest = !scenario.wire().hasDoubles();
        boolean isFault = reason != null && reason.contains("fault");
        boolean isAccused = reason != null && reason.contains("protocol");
        if (isFault || isHonest && isAccused) {
            throw new AssertionError("association lost: " + reason);
        }
    }

    private boolean isAttached() {
        if (!devices.isEmpty()) {
            return devices.get(0).disk().isAttached();
        }
        for (SimulatedNetDevice nic : nics) {
            if (!nic.nic().isAttached()) {
                return false;
            }
        }
        return true;
    }

    private boolean wakesUp() {
        long nowNs = clock.nanoTime();
        boolean isWoken = isKicked || deadlineNs() - nowNs <= 0 || host.station().isReadable(nowNs);
        if (isWoken) {
            isBlocked = false;
            idleCycles = 0;
            devices.forEach(SimulatedDevice::onWake);
            nics.forEach(SimulatedNetDevice::onWake);
            peer.onWake();
        }
        return isWoken;
    }

    /** When the worker wakes up by itself. */
    private long deadlineNs() {
        boolean isHeldBack = false;
        for (SimulatedNetDevice nic : nics) {
            isHeldBack |= nic.isHeldBack();
        }
        long soonNs = isHeldBack ? blockedNs + HELD_BACK_NS : Agent.NO_DEADLINE;
        return Agent.earlier(peer.deadlineNs(), soonNs);
    }

    long nextDeadlineNs() {
        // While it polls, its next duty cycle follows at once.
        long nextNs = isBlocked ? deadlineNs() : clock.nanoTime();
        for (SimulatedNetDevice nic : nics) {
            if (nic.frontend() != null) {
                nextNs = Agent.earlier(nextNs, nic.frontend().nextDeadlineNs());
            }
        }
        for (SimulatedDevice device : devices) {
            long frontendNs = device.frontend().nextDeadlineNs();
            nextNs = frontendNs - nextNs < 0 ? frontendNs : nextNs;
        }
        return nextNs;
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        closeDevices();
        peer.close();
        host.station().killServer();
        checkRemains();
    }

    /** The process ends as on SIGKILL: nobody hears of it. */
    void kill() {
        host.station().killServer();
        closeDevices();
        peer.close();
        checkRemains();
    }

    private void closeDevices() {
        devices.forEach(SimulatedDevice::close);
        while (!nics.isEmpty()) {
            close(nics.get(nics.size() - 1));
        }
        totals.check();
    }

    private void checkRemains() {
        Leaks.check(
                "frame buffers of the server",
                buffers.available(),
                scenario.wire().serverBuffers());
        buffers.close();
    }
}
