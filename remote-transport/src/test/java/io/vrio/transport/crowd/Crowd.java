// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.clock.ManualClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;

/**
 * Servers that all use one IOhyp through a switch, in one thread under a manual clock: the real
 * transport in a simulated network. The same seed gives the same run.
 */
final class Crowd implements AutoCloseable {
    /** So often everybody has a duty cycle. */
    static final long CYCLE_NS = 5_000;

    private static final IpAddress IOHYP_ADDRESS = IpAddress.ipv4(0x0A000001);
    private static final int PORT = 8746;
    private static final int BUFFERS = 4096;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SwitchedNetwork network;
    private final SwitchedNetwork.Station station;
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final IohypEndpoint endpoint;
    private final Endpoint iohyp;
    private final List<CrowdServer> servers = new ArrayList<>();
    private final LatencyList portWaits = new LatencyList();
    private final long seed;
    private final int framesPerCycle;

    /**
     * @param framesPerCycle what the IOhyp receives in one duty cycle at most: how slow it is
     */
    Crowd(SwitchedNetwork.Options options, int framesPerCycle, long seed) {
        this.seed = seed;
        this.framesPerCycle = framesPerCycle;
        network = new SwitchedNetwork(options, clock, seed);
        station = network.addStation();
        iohyp = new Endpoint(station.hardwareAddress(), IOHYP_ADDRESS, PORT);
        endpoint =
                new IohypEndpoint(
                        new EndpointOptions(
                                iohyp, 7, options.mtu(), 2_000_000_000L, Optional.empty()),
                        station,
                        Catalogs.of(
                                (disk, claimant, answer) -> answer.onClaimed(new InstantDisk())),
                        clock,
                        buffers,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
    }

    /** One more server, which has its disk when this returns. */
    CrowdServer add(CrowdServer.Load load) {
        int number = servers.size();
        CrowdServer server =
                new CrowdServer(
                        network.addStation(), number, iohyp, load, clock, seed * 1000 + number);
        servers.add(server);
        // Limit: a handshake takes a few round trips.
        for (int i = 0; i < 1_000_000 && !server.isReady(); i++) {
            cycle();
        }
        if (!server.isReady()) {
            throw new IllegalStateException("no disk: " + server.peer().status());
        }
        return server;
    }

    List<CrowdServer> servers() {
        return servers;
    }

    ManualClock clock() {
        return clock;
    }

    SwitchedNetwork network() {
        return network;
    }

    /** How long frames towards the IOhyp, and its own, waited in queues, seen in each cycle. */
    LatencyList queueWaits() {
        return portWaits;
    }

    /** Time passes. */
    void run(long durationNs) {
        for (long passedNs = 0; passedNs < durationNs; passedNs += CYCLE_NS) {
            cycle();
        }
    }

    private void cycle() {
        station.receivesLeft(framesPerCycle);
        endpoint.doWork();
        servers.forEach(CrowdServer::doWork);
        portWaits.add(Math.max(station.portWaitNs(), station.nicWaitNs()));
        clock.advance(CYCLE_NS);
    }

    @Override
    public void close() {
        servers.forEach(CrowdServer::close);
        endpoint.close();
        buffers.close();
        network.close();
    }
}
