// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.Agents;
import io.vrio.common.agent.DutyCycle;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Associations;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.PeerState;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.ServerStation;
import io.vrio.transport.remote.SimulatedWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A worker of a server: its association and its devices, which it runs until it has nothing to do;
 * then it blocks, and wakes up for commands, kicks, frames and deadlines.
 */
final class SimulatedWorker implements DutyCycle {
    /** Duty cycles without work before the worker blocks. */
    private static final int IDLE_CYCLES = 3;

    /** Limit: duty cycles before events are heard that a device at rest may wait for. */
    private static final int UNHEARD_CYCLES = 16;

    /** How long it blocks while a frame waits for room that nobody tells of. */
    private static final long HELD_BACK_NS = 100_000;

    private final Scenario scenario;
    private final NanoClock clock;
    private final ServerStation.Worker links;
    private final FrameBufferPool buffers;
    private final RemotePeer peer;
    private final SimulatedCommands commands;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final List<SimulatedNetDevice> nics = new ArrayList<>();
    private final Agents agents = new Agents();
    private final Map<Integer, EventHandler> handlers = new TreeMap<>();
    private final Set<Integer> ready = new TreeSet<>();
    private boolean isBlocked;
    private boolean isKicked;
    private int idleCycles;
    private int unheardCycles;
    private Runnable meanwhile = () -> {};
    private long blockedNs;
    private long redirects;

    SimulatedWorker(
            Scenario scenario,
            PeerOptions options,
            ServerStation.Worker links,
            SimulatedCommands commands,
            RandomGenerator numbers) {
        this.scenario = scenario;
        this.links = links;
        this.commands = commands;
        clock = commands.clock();
        buffers = new FrameBufferPool(scenario.wire().serverBuffers());
        peer = new RemotePeer(options, links, clock, buffers, numbers);
    }

    RemotePeer peer() {
        return peer;
    }

    List<SimulatedDevice> devices() {
        return devices;
    }

    List<SimulatedNetDevice> nics() {
        return nics;
    }

    /** What other workers want of it. */
    SimulatedCommands commands() {
        return commands;
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

    /** Something wants to be looked at. */
    void kick() {
        isKicked = true;
    }

    @Override
    public NanoClock clock() {
        return clock;
    }

    @Override
    public void add(Agent agent) {
        agents.add(agent);
    }

    @Override
    public void remove(Agent agent) {
        agents.remove(agent);
    }

    @Override
    public void rest(Agent agent) {
        agents.rest(agent);
    }

    @Override
    public void wake(Agent agent) {
        agents.wake(agent);
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        handlers.put(descriptor, handler);
        return descriptor;
    }

    @Override
    public void unregister(int descriptor, int key) {
        handlers.remove(descriptor);
        ready.remove(descriptor);
    }

    /** A descriptor wants to be looked at. */
    void onReady(int descriptor) {
        ready.add(descriptor);
        kick();
    }

    /** Looks at a descriptor now. */
    void hear(int descriptor) {
        handlers.get(descriptor).onReady();
        kick();
    }

    private void handleEvents() {
        unheardCycles = 0;
        List<Integer> all = List.copyOf(ready);
        ready.clear();
        all.forEach(descriptor -> handlers.get(descriptor).onReady());
    }

    /** Guests go on between a look at their rings and a wish to be kicked. */
    void passTime() {
        meanwhile.run();
    }

    /**
     * @param newMeanwhile what guests do between the worker's last look at the rings and its wish
     *     to be kicked
     */
    int doWork(Runnable newMeanwhile) {
        meanwhile = newMeanwhile;
        int work = commands.run();
        for (SimulatedDevice device : devices) {
            work += device.serveFrontend();
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
        if (agents.isAnyResting() && ++unheardCycles >= UNHEARD_CYCLES) {
            handleEvents();
        }
        devices.forEach(SimulatedDevice::look);
        List<Agent> awake = agents.awake();
        // Backwards: a device that moves, or comes to rest, leaves the list.
        for (int i = awake.size() - 1; i >= 0; i--) {
            work += awake.get(i).doWork();
        }
        for (SimulatedNetDevice nic : nics) {
            work += nic.doWork();
        }
        work += serveAssociation();
        checkHealth(work);
        idleCycles = work > 0 ? 0 : idleCycles + 1;
        if (idleCycles >= IDLE_CYCLES) {
            passTime();
            prepareToBlock();
        }
        return work;
    }

    private int serveAssociation() {
        Association before = association();
        boolean isInUse = isInUse();
        int work = peer.doWork();
        boolean hasEnded = before != null && before != association();
        redirects += isInUse && hasEnded && Associations.wasRedirected(peer) ? 1 : 0;
        checkAttached();
        return work;
    }

    /** Whether requests have been sent, most likely. */
    private boolean isInUse() {
        for (SimulatedDevice device : devices) {
            if (device.disk().isAttached() && device.disk().underWay() > 0) {
                return true;
            }
        }
        return false;
    }

    /** A disk that believes in an association that has ended would wait for it for ever. */
    private void checkAttached() {
        boolean isEstablished = moment().state() == PeerState.ESTABLISHED;
        for (SimulatedDevice device : devices) {
            if (device.disk().isAttached() && !isEstablished) {
                throw new AssertionError(
                        device.guest().diskName() + " is attached to an association that is over");
            }
        }
    }

    /** How often an association went to another port while requests were under way. */
    long redirects() {
        return redirects;
    }

    private void prepareToBlock() {
        isBlocked = peer.prepareToBlock();
        isBlocked &= agents.prepareToBlock();
        for (SimulatedNetDevice nic : nics) {
            isBlocked &= nic.prepareToBlock();
        }
        // A kick that came before is still in its counter.
        isBlocked &= !isKicked && ready.isEmpty();
        if (isBlocked) {
            blockedNs = clock.nanoTime();
            devices.forEach(SimulatedDevice::checkNothingWaits);
            nics.forEach(SimulatedNetDevice::checkNothingWaits);
        } else {
            goOn();
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
        boolean isWoken = isKicked || deadlineNs() - nowNs <= 0 || links.isReadable(nowNs);
        if (isWoken) {
            isBlocked = false;
            idleCycles = 0;
            goOn();
        }
        return isWoken;
    }

    private void goOn() {
        handleEvents();
        agents.onWake();
        nics.forEach(SimulatedNetDevice::onWake);
        peer.onWake();
    }

    /** When the worker wakes up by itself. */
    private long deadlineNs() {
        long nextNs = peer.deadlineNs();
        for (SimulatedNetDevice nic : nics) {
            nextNs = nic.isHeldBack() ? Agent.earlier(nextNs, blockedNs + HELD_BACK_NS) : nextNs;
        }
        return Agent.earlier(nextNs, agents.deadlineNs());
    }

    long nextDeadlineNs() {
        // While it polls, its next duty cycle follows at once.
        long nextNs = isBlocked && !links.hasNews() ? deadlineNs() : clock.nanoTime();
        for (SimulatedNetDevice nic : nics) {
            if (nic.frontend() != null) {
                nextNs = Agent.earlier(nextNs, nic.frontend().nextDeadlineNs());
            }
        }
        for (SimulatedDevice device : devices) {
            nextNs = Agent.earlier(nextNs, device.frontend().nextDeadlineNs());
        }
        return Agent.earlier(nextNs, commands.nextDeadlineNs());
    }

    /** Its devices are closed, and the peer: what is left? */
    void checkRemains() {
        Leaks.check(
                "frame buffers of the server",
                buffers.available(),
                scenario.wire().serverBuffers());
        buffers.close();
    }
}
