// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockDisk;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.MemoryLink;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A server and an IOhyp with one disk on a wire in memory, all in one thread under a manual clock:
 * the real transport with simulated ends. The same seed gives the same run.
 */
public final class SimulatedNetwork implements AutoCloseable {
    private static final long TIMEOUT_NS = 2_000_000_000L;

    private final ManualClock clock;
    private final RandomGenerator random;
    private final SimulatedWire wire;
    private final int mtu;
    private final FrameBufferPool serverBuffers = new FrameBufferPool(256);
    private final SimulatedDisk disk;
    private final RemotePeer peer;
    private FrameBufferPool iohypBuffers;
    private IohypEndpoint endpoint;
    private Claim claim;

    public SimulatedNetwork(
            ManualClock clock, MemoryLink.Options options, SimulatedDisk disk, long seed) {
        this(clock, options, disk, seed, 30_000_000_000L);
    }

    public SimulatedNetwork(
            ManualClock clock,
            MemoryLink.Options options,
            SimulatedDisk disk,
            long seed,
            long ioTimeoutNs) {
        this.clock = clock;
        this.disk = disk;
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        wire = new SimulatedWire(clock, options, random);
        mtu = options.mtu();
        PeerOptions peerOptions =
                new PeerOptions(
                        "server",
                        random.nextLong(),
                        SimulatedWire.IOHYP_ADDRESS,
                        SimulatedWire.PORT,
                        mtu,
                        TIMEOUT_NS,
                        ioTimeoutNs);
        peer = new RemotePeer(peerOptions, wire.openServer(1000), clock, serverBuffers, random);
        startIohyp();
    }

    /** The one disk, claimed. */
    private final class Claim implements DiskClaim {
        private final FencedPort port = new FencedPort(disk);

        @Override
        public BlockDisk disk() {
            return port;
        }

        @Override
        public long incarnation() {
            return disk.incarnation();
        }

        @Override
        public void onRevoke(Runnable listener) {
            // Nobody revokes here.
        }

        @Override
        public void close() {
            port.revoke();
        }
    }

    private void startIohyp() {
        EndpointOptions options =
                new EndpointOptions(wire.iohypEndpoint(), random.nextLong(), mtu, TIMEOUT_NS);
        DiskCatalog catalog =
                (name, server, epoch) -> {
                    if (claim != null && claim.port.underWay() > 0) {
                        throw new DiskRefusedException("requests of an older claim are under way");
                    }
                    claim = new Claim();
                    return claim;
                };
        iohypBuffers = new FrameBufferPool(256);
        endpoint =
                new IohypEndpoint(options, wire.openIohyp(), catalog, clock, iohypBuffers, random);
    }

    private void killIohyp() {
        wire.killIohyp();
        endpoint.close();
        disk.abandonRequests();
        iohypBuffers.close();
        claim = null;
    }

    /** The IOhyp's process dies and another one starts; the disk's cache survives. */
    public void restartIohyp() {
        killIohyp();
        startIohyp();
    }

    /** The I/O host loses power and comes back. */
    public void crashHost() {
        killIohyp();
        disk.crash();
        startIohyp();
    }

    public void faults(Faults faults) {
        wire.faults(faults, faults);
    }

    public SimulatedDisk disk() {
        return disk;
    }

    public RemotePeer peer() {
        return peer;
    }

    public IohypEndpoint endpoint() {
        return endpoint;
    }

    /** One round of everybody; then time passes. */
    public void step(long stepNs) {
        peer.doWork();
        endpoint.doWork();
        disk.doWork();
        endpoint.doWork();
        clock.advance(stepNs);
    }

    @Override
    public void close() {
        peer.close();
        killIohyp();
        serverBuffers.close();
        wire.close();
        disk.close();
    }
}
