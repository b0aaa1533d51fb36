// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.KeptRegistry;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointCounter;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.SimulatedDisk;
import io.vrio.transport.remote.SimulatedWire;
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
    private FrameBufferPool buffers;
    private DiskRegistry registry;
    private IohypEndpoint endpoint;
    private long crashes;

    SimulatedIohyp(Scenario scenario, SimulatedWire wire, NanoClock clock, RandomGenerator random) {
        this.scenario = scenario;
        this.wire = wire;
        this.clock = clock;
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
                        name -> new SimulatedBackend(disks.get(name)));
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
                        PEER_TIMEOUT_NS);
        buffers = new FrameBufferPool(scenario.wire().iohypBuffers());
        try {
            registry = kept.open();
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
        endpoint =
                new IohypEndpoint(
                        options, wire.openIohyp(), Catalogs.of(registry), clock, buffers, random);
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

    private void onEnd() {
        registry.close();
        Leaks.check(
                "frame buffers of the IOhyp", buffers.available(), scenario.wire().iohypBuffers());
        buffers.close();
        endpoint = null;
        registry = null;
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
        return work;
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
        long nextNs = endpoint.deadlineNs();
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
