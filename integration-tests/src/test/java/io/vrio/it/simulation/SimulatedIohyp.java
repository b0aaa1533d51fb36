// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.RegistryOfOne;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.EndpointCounter;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.SimulatedDisk;
import io.vrio.transport.remote.SimulatedWire;
import java.util.random.RandomGenerator;

/** The I/O host: a disk that lasts, and IOhyp processes, one at a time, that come and go. */
final class SimulatedIohyp implements AutoCloseable {
    static final String DISK = "disk";
    static final long PEER_TIMEOUT_NS = 2_000_000_000L;

    private final Scenario scenario;
    private final SimulatedWire wire;
    private final NanoClock clock;
    private final RandomGenerator random;
    private final SimulatedDisk disk;
    private final RegistryOfOne kept;
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
        disk = new SimulatedDisk(plan.capacity(), clock, plan.delayMaxNs(), random.nextLong());
        kept = new RegistryOfOne(DISK, plan.capacity(), () -> new SimulatedBackend(disk));
    }

    SimulatedDisk disk() {
        return disk;
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
        endpoint = new IohypEndpoint(options, wire.openIohyp(), registry, clock, buffers, random);
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
        disk.crash();
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
        int done = disk.doWork();
        // What has ended goes out in the same duty cycle.
        work += done == 0 ? 0 : done + endpoint.doWork();
        checkHealth();
        return work;
    }

    /** An honest server is never sent away, and nothing here fails for another reason. */
    private void checkHealth() {
        Leaks.check("servers sent away", endpoint.counters().value(EndpointCounter.PROTOCOL_ERRORS), 0);
        Leaks.check("faults of the IOhyp", endpoint.counters().value(EndpointCounter.FAULTS), 0);
    }

    long nextDeadlineNs() {
        if (!isUp()) {
            return Agent.NO_DEADLINE;
        }
        long diskNs = disk.nextDeadlineNs();
        long endpointNs = endpoint.deadlineNs();
        return diskNs == Agent.NO_DEADLINE || endpointNs - diskNs < 0 ? endpointNs : diskNs;
    }

    long crashes() {
        return crashes;
    }

    @Override
    public void close() {
        if (isUp()) {
            stop();
        }
        disk.close();
    }
}
