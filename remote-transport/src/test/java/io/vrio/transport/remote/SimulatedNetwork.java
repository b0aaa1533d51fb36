// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockDisk;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.CoalescingLink;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A server and an IOhyp with one disk on a wire in memory, all in one thread under a manual clock:
 * the real transport with simulated ends. The same seed gives the same run.
 */
public final class SimulatedNetwork implements AutoCloseable {
    public static final int SERVER_ADDRESS = 0x0A000001;
    public static final int IOHYP_ADDRESS = 0x0A000002;
    public static final int PORT = 8746;
    private static final long TIMEOUT_NS = 2_000_000_000L;

    private final ManualClock clock;
    private final RandomGenerator random;
    private final FaultyLink serverFaults;
    private final FaultyLink iohypFaults;
    private final ScatterLink serverLink;
    private final Link iohypLink;
    private final FrameBufferPool serverBuffers = new FrameBufferPool(256);
    private FrameBufferPool iohypBuffers = new FrameBufferPool(256);
    private final SimulatedDisk disk;
    private final RemotePeer peer;
    private IohypEndpoint endpoint;
    private Claim claim;
    private int nextPort = 40_000;

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
        MemoryLink wire = MemoryLink.pair(options);
        serverFaults = new FaultyLink(wire, clock, random.nextLong());
        iohypFaults = new FaultyLink(wire.peer(), clock, random.nextLong());
        serverLink = new PeekingLink(new CoalescingLink(serverFaults, random.nextLong()));
        iohypLink = new CoalescingLink(iohypFaults, random.nextLong());
        PeerOptions peerOptions =
                new PeerOptions(
                        "server",
                        random.nextLong(),
                        IOHYP_ADDRESS,
                        PORT,
                        options.mtu(),
                        TIMEOUT_NS,
                        ioTimeoutNs);
        peer = new RemotePeer(peerOptions, new Links(), clock, serverBuffers, random);
        startIohyp();
    }

    private final class Links implements LinkFactory {
        @Override
        public long resolve(int remoteAddress) {
            return iohypLink.hardwareAddress();
        }

        @Override
        public OpenLink open() {
            Endpoint local = new Endpoint(serverLink.hardwareAddress(), SERVER_ADDRESS, nextPort++);
            return new OpenLink() {
                @Override
                public ScatterLink link() {
                    return serverLink;
                }

                @Override
                public Endpoint local() {
                    return local;
                }

                @Override
                public void close() {
                    // The wire outlives the association; frames for the old port are ignored.
                }
            };
        }
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
                new EndpointOptions(
                        new Endpoint(iohypLink.hardwareAddress(), IOHYP_ADDRESS, PORT),
                        random.nextLong(),
                        iohypLink.mtu(),
                        TIMEOUT_NS);
        DiskCatalog catalog =
                (name, server, epoch) -> {
                    if (claim != null && claim.port.underWay() > 0) {
                        throw new DiskRefusedException("requests of an older claim are under way");
                    }
                    claim = new Claim();
                    return claim;
                };
        endpoint = new IohypEndpoint(options, iohypLink, catalog, clock, iohypBuffers, random);
    }

    /** The IOhyp's process dies and another one starts; the disk's cache survives. */
    public void restartIohyp() {
        disk.forgetPending();
        claim = null;
        // What the old process held is gone with it.
        iohypBuffers = new FrameBufferPool(256);
        startIohyp();
    }

    /** The I/O host loses power and comes back. */
    public void crashHost() {
        disk.crash();
        restartIohyp();
    }

    public void faults(Faults faults) {
        serverFaults.faults(faults);
        iohypFaults.faults(faults);
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
        serverLink.close();
        iohypLink.close();
        disk.close();
    }
}
