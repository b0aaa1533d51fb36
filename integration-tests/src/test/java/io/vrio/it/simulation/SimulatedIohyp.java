// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.KeptNics;
import io.vrio.backends.iohyp.KeptRegistry;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Associations;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointCounter;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.ProcessLink;
import io.vrio.transport.remote.RemoteNicCounter;
import io.vrio.transport.remote.SimulatedDisk;
import io.vrio.transport.remote.SimulatedWire;
import io.vrio.transport.wire.Endpoint;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The I/O host: disks that last, and IOhyp processes, one at a time, that come and go. */
final class SimulatedIohyp implements AutoCloseable {
    static final long PEER_TIMEOUT_NS = 2_000_000_000L;

    private final Scenario scenario;
    private final SimulatedWire wire;
    private final NanoClock clock;
    private final RandomGenerator random;
    private final Map<String, SimulatedDisk> disks = new TreeMap<>();
    private final KeptRegistry kept;
    private final KeptNics keptNics;
    private final NetWays ways;
    private FrameBufferPool buffers;
    private DiskRegistry registry;
    private NicRegistry nics;
    private SwitchWatch watch;
    private IohypEndpoint endpoint;
    private ProcessLink socket;
    private long invited;
    private long crashes;
    private long framesCame;
    private long framesSent;

    SimulatedIohyp(Scenario scenario, SimulatedWire wire, NetWays ways, RandomGenerator random) {
        this.scenario = scenario;
        this.wire = wire;
        this.ways = ways;
        clock = ways.clock();
        this.random = random;
        Scenario.Disk plan = scenario.disk();
        for (int i = 0; i < plan.count(); i++) {
            long seed = random.nextLong();
            disks.put(
                    "disk" + i, new SimulatedDisk(plan.capacity(), clock, plan.delayMaxNs(), seed));
        }
        kept =
                new KeptRegistry(
                        disks.keySet(),
                        plan.capacity(),
                        clock,
                        name -> new SimulatedBackend(disks.get(name)));
        keptNics = keepNics();
    }

    private KeptNics keepNics() {
        Map<String, String> specs = new TreeMap<>();
        scenario.net().nics().forEach(card -> specs.put(card.name(), card.spec()));
        try {
            return new KeptNics(specs, clock);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    /** The newest association with this worker of the server of this name, or null. */
    Association association(String server, int worker) {
        return isUp() ? Associations.newest(endpoint, server, worker) : null;
    }

    /** Whether that one has devices. */
    boolean hasDevices(String server, int worker) {
        return isUp() && Associations.hasDevices(endpoint, server, worker);
    }

    /** The associations with the worker of the process that has begun the newest one. */
    long associationsOfProcess(String server, int worker) {
        return Associations.ofProcess(endpoint, server, worker);
    }

    /** The process that there is now, to be told from others; null when there is none. */
    Object life() {
        return endpoint;
    }

    SimulatedDisk disk(String name) {
        return disks.get(name);
    }

    Collection<SimulatedDisk> disks() {
        return disks.values();
    }

    boolean isUp() {
        return endpoint != null;
    }

    void start() {
        EndpointOptions options =
                new EndpointOptions(
                        wire.iohypEndpoint(),
                        random.nextLong(),
                        scenario.wire().mtu(),
                        PEER_TIMEOUT_NS,
                        scenario.key().map(key -> name -> key),
                        scenario.keyLimits());
        invited = 0;
        buffers = new FrameBufferPool(scenario.wire().iohypBuffers());
        watch = new SwitchWatch(scenario.net(), clock, ways.ledger());
        try {
            registry = kept.open();
            nics = keptNics.open(watch::watch);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
        socket = wire.openIohyp(0);
        endpoint =
                new IohypEndpoint(
                        options, socket, new Catalogs(registry, nics), clock, buffers, random);
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        endpoint.close();
        wire.killIohyp();
        onEnd();
    }

    /** The process ends as on SIGKILL: nobody hears of it, requests are done in part. */
    void kill() {
        wire.killIohyp();
        endpoint.close();
        onEnd();
    }

    /** The machine loses power, and comes back without a process. */
    void crash() {
        if (isUp()) {
            kill();
        }
        crashes++;
        disks.values().forEach(SimulatedDisk::crash);
    }

    /** Says whether a guest's link is to be up. */
    void setLink(NetScenario.Card card, boolean isUp) {
        try {
            nics.setLink(card.name(), isUp);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    /** A NIC breaks, and is opened again. */
    void retry(NetScenario.Card card) {
        watch.fail(card);
        try {
            nics.retry(card.name());
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    private void onEnd() {
        registry.close();
        checkFrames();
        Leaks.check(
                "frame buffers of the IOhyp", buffers.available(), scenario.wire().iohypBuffers());
        buffers.close();
        endpoint = null;
        registry = null;
        nics = null;
        watch = null;
    }

    private void checkFrames() {
        long refused = nics.list().stream().mapToLong(nic -> nic.counters().get("refused")).sum();
        nics.close();
        long received = endpoint.nicCounters().value(RemoteNicCounter.FRAMES_RECEIVED);
        long sent = endpoint.nicCounters().value(RemoteNicCounter.FRAMES_SENT);
        // Those that came late count as dropped alone.
        framesCame += received + watch.late();
        framesSent += sent;
        Leaks.check(
                "frames of the wire and the switch",
                received + watch.late() + watch.copies(),
                sent + watch.fromGuests() + watch.dropped() + refused);
    }

    /** Frames of guests that have come over the wire, in all lives that have ended. */
    long framesCame() {
        return framesCame;
    }

    /** Frames for guests that were handed to the wire, likewise. */
    long framesSent() {
        return framesSent;
    }

    int doWork() {
        if (!isUp()) {
            return 0;
        }
        int work = endpoint.doWork();
        int done = 0;
        for (SimulatedDisk disk : disks.values()) {
            done += disk.doWork();
        }
        // What has ended goes out in the same duty cycle.
        work += done == 0 ? 0 : done + endpoint.doWork();
        checkHealth();
        checkInvited();
        return work;
    }

    /** Whoever was let in has been answered a SYN by this process, not by an earlier one. */
    private void checkInvited() {
        long begun = endpoint.counters().value(EndpointCounter.ASSOCIATIONS_BEGUN);
        if (begun != invited) {
            invited = begun;
            Endpoint uninvited = SimulatedWire.uninvited(endpoint, socket);
            if (uninvited != null) {
                throw new AssertionError(uninvited + " was let in, and had sent no SYN");
            }
        }
    }

    /** An honest server is never sent away, and nothing here fails for another reason. */
    private void checkHealth() {
        long sentAway = endpoint.counters().value(EndpointCounter.PROTOCOL_ERRORS);
        Leaks.check("servers sent away", scenario.wire().hasDoubles() ? 0 : sentAway, 0);
        Leaks.check("faults of the IOhyp", endpoint.counters().value(EndpointCounter.FAULTS), 0);
    }

    long nextDeadlineNs() {
        if (!isUp()) {
            return Agent.NO_DEADLINE;
        }
        long nextNs = socket.hasNews() ? clock.nanoTime() : endpoint.deadlineNs();
        for (SimulatedDisk disk : disks.values()) {
            long diskNs = disk.nextDeadlineNs();
            nextNs = diskNs != Agent.NO_DEADLINE && diskNs - nextNs < 0 ? diskNs : nextNs;
        }
        return nextNs;
    }

    long crashes() {
        return crashes;
    }

    @Override
    public void close() {
        if (isUp()) {
            stop();
        }
        disks.values().forEach(SimulatedDisk::close);
    }
}
