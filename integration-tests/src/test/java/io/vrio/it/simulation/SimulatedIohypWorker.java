// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Associations;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointCounter;
import io.vrio.transport.remote.EndpointGroup;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.ProcessLink;
import io.vrio.transport.remote.RemoteNicCounter;
import io.vrio.transport.remote.SimulatedWire;
import io.vrio.transport.wire.Endpoint;
import java.util.random.RandomGenerator;

/** A worker of an IOhyp's process: its endpoint, at a port of its own, and the disks at home. */
final class SimulatedIohypWorker {
    /** How long a worker takes to wake up for frames. */
    private static final long NEWS_NS = 1_000;

    private final Scenario scenario;
    private final NanoClock clock;
    private final FrameBufferPool buffers;
    private final ProcessLink socket;
    private final DiskRegistry registry;
    private final IohypEndpoint endpoint;
    private final SimulatedCommands commands;
    private long invited;

    /** What a worker is made of. */
    record Parts(
            EndpointOptions options,
            ProcessLink socket,
            Catalogs catalogs,
            DiskRegistry registry,
            SimulatedCommands commands) {}

    SimulatedIohypWorker(
            Scenario scenario, Parts parts, EndpointGroup group, RandomGenerator random) {
        this.scenario = scenario;
        socket = parts.socket();
        registry = parts.registry();
        commands = parts.commands();
        clock = commands.clock();
        buffers = new FrameBufferPool(scenario.wire().iohypBuffers());
        endpoint =
                new IohypEndpoint(
                        parts.options(), socket, parts.catalogs(), clock, buffers, random);
        endpoint.join(group, commands::execute);
    }

    IohypEndpoint endpoint() {
        return endpoint;
    }

    DiskRegistry registry() {
        return registry;
    }

    SimulatedCommands commands() {
        return commands;
    }

    /** The newest association with this worker of the server of this name, or null. */
    Association association(String server, int worker) {
        return Associations.newest(endpoint, server, worker);
    }

    /** Whoever was let in has been answered a SYN by this process, not by an earlier one. */
    void checkInvited() {
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
    void checkHealth() {
        long sentAway = endpoint.counters().value(EndpointCounter.PROTOCOL_ERRORS);
        Leaks.check("servers sent away", scenario.wire().hasDoubles() ? 0 : sentAway, 0);
        Leaks.check("faults of the IOhyp", endpoint.counters().value(EndpointCounter.FAULTS), 0);
    }

    long starved() {
        return endpoint.counters().value(EndpointCounter.STARVED_OF_BUFFERS);
    }

    long framesReceived() {
        return endpoint.nicCounters().value(RemoteNicCounter.FRAMES_RECEIVED);
    }

    long framesSent() {
        return endpoint.nicCounters().value(RemoteNicCounter.FRAMES_SENT);
    }

    long nextDeadlineNs() {
        // Another worker may have handed them on after this one had its turn.
        long nextNs = socket.hasNews() ? clock.nanoTime() + NEWS_NS : endpoint.deadlineNs();
        return Agent.earlier(nextNs, commands.nextDeadlineNs());
    }

    /** The endpoint is closed: what is left? */
    void checkRemains() {
        Leaks.check(
                "frame buffers of the IOhyp", buffers.available(), scenario.wire().iohypBuffers());
        buffers.close();
    }
}
