// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.Nic;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.IpVersion;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A server and an IOhyp with one disk and one NIC on a wire in memory, all in one thread under a
 * manual clock: the real transport with simulated ends. The same seed gives the same run.
 */
public final class SimulatedNetwork implements AutoCloseable {
    private static final long TIMEOUT_NS = 2_000_000_000L;
    private static final String SERVER = "server";

    private final ManualClock clock;
    private final RandomGenerator random;
    private final SimulatedWire wire;
    private final int mtu;

    /** With every other seed. */
    private final Optional<PresharedKey> key;

    /** With every other of these so small that keys follow each other all the time. */
    private final KeyLimits keyLimits;

    private final FrameBufferPool serverBuffers = new FrameBufferPool(256);
    private final SimulatedDisk disk;
    private final SimulatedNic nic = new SimulatedNic();
    private final RemotePeer peer;
    private FrameBufferPool iohypBuffers;
    private long epoch;
    private IohypEndpoint endpoint;

    /** Of the IOhyp's second worker; null while it has one. */
    private IohypEndpoint second;

    private final ArrayDeque<Runnable> commands = new ArrayDeque<>();
    private Claim claim;
    private long claimNumber;
    private NicLease lease;

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
        IpVersion version = seed % 3 == 0 ? IpVersion.V6 : IpVersion.V4;
        wire = new SimulatedWire(clock, options, version, random);
        mtu = options.mtu();
        key = seed % 2 == 0 ? Optional.of(randomKey()) : Optional.empty();
        keyLimits = seed % 4 == 0 ? new KeyLimits(64 << 10, 20_000_000L) : KeyLimits.DEFAULT;
        PeerOptions peerOptions =
                new PeerOptions(
                        SERVER,
                        random.nextLong(),
                        wire.iohypEndpoint().address(),
                        SimulatedWire.PORT,
                        mtu,
                        TIMEOUT_NS,
                        ioTimeoutNs,
                        key,
                        keyLimits);
        peer = new RemotePeer(peerOptions, wire.openServer(1000), clock, serverBuffers, random);
        startIohyp();
    }

    private PresharedKey randomKey() {
        byte[] bytes = new byte[PresharedKey.LENGTH];
        random.nextBytes(bytes);
        return new PresharedKey(bytes);
    }

    /** The one disk, claimed. */
    private final class Claim implements DiskClaim {
        private final FencedPort port = new FencedPort(disk);
        private Runnable listener = () -> {};

        @Override
        public BlockDisk disk() {
            return port;
        }

        @Override
        public long incarnation() {
            return disk.incarnation();
        }

        @Override
        public void onRevoke(Runnable newListener) {
            listener = newListener;
        }

        void revoke() {
            listener.run();
            port.revoke();
        }

        @Override
        public void close() {
            port.revoke();
        }
    }

    /** The one NIC, claimed. */
    private final class NicLease implements NicClaim {
        private Runnable listener = () -> {};

        @Override
        public Nic nic() {
            return nic;
        }

        @Override
        public void onRevoke(Runnable newListener) {
            listener = newListener;
        }

        @Override
        public void close() {
            lease = null;
        }
    }

    private NicClaim claimNic(String name, String serverName, long serverEpoch)
            throws ClaimRefusedException {
        if (name.startsWith("no")) {
            throw new ClaimRefusedException("there is no NIC " + name);
        }
        lease = new NicLease();
        return lease;
    }

    private void startIohyp() {
        iohypBuffers = new FrameBufferPool(256);
        epoch = random.nextLong();
        endpoint = openEndpoint(0);
    }

    private IohypEndpoint openEndpoint(int worker) {
        EndpointOptions options =
                new EndpointOptions(
                        wire.iohypEndpoint(worker),
                        epoch,
                        mtu,
                        TIMEOUT_NS,
                        key.map(only -> name -> name.equals(SERVER) ? only : null),
                        keyLimits);
        return new IohypEndpoint(
                options,
                wire.openIohyp(worker),
                new Catalogs(this::claimDisk, this::claimNic),
                clock,
                iohypBuffers,
                random);
    }

    private void claimDisk(String name, Claimant claimant, DiskCatalog.Answer answer) {
        boolean isTaken = claim != null && !claim.port.isRevoked();
        if (isTaken && claimant.number() < claimNumber) {
            answer.onRefused("there is a later claim");
            return;
        }
        if (isTaken) {
            claim.revoke();
        }
        if (claim != null && claim.port.underWay() > 0) {
            answer.onRefused("requests of an older claim are under way");
            return;
        }
        claim = new Claim();
        claimNumber = claimant.number();
        answer.onClaimed(claim);
    }

    /** From now on the IOhyp has two workers. */
    public void addWorker() {
        EndpointGroup group = new EndpointGroup();
        endpoint.join(group, commands::add);
        second = openEndpoint(1);
        second.join(group, commands::add);
    }

    /** Sends whoever is at one of the IOhyp's workers to the other. */
    public void redirect() {
        IohypEndpoint from = second.peerCount() > 0 ? second : endpoint;
        from.group().setLeaving(from, true);
        from.shedAll();
        from.group().setLeaving(from, false);
    }

    private void killIohyp() {
        wire.killIohyp();
        endpoint.close();
        if (second != null) {
            second.close();
            second = null;
        }
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

    /** Somebody repeats frames of any age, and forges others if the association is sealed. */
    public void intruderPpm(int ppm) {
        wire.intruder(key.isPresent() ? ppm : 0, ppm);
    }

    public void faults(Faults faults) {
        wire.faults(faults, faults);
    }

    public SimulatedDisk disk() {
        return disk;
    }

    public SimulatedNic nic() {
        return nic;
    }

    /** Whether the NIC is claimed. */
    public boolean isNicClaimed() {
        return lease != null;
    }

    /** The NIC is taken from the server. */
    public void revokeNic() {
        lease.listener.run();
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
        workIohyp();
        disk.doWork();
        workIohyp();
        clock.advance(stepNs);
    }

    private void workIohyp() {
        while (!commands.isEmpty()) {
            commands.remove().run();
        }
        endpoint.doWork();
        if (second != null) {
            second.doWork();
        }
    }

    @Override
    public void close() {
        peer.close();
        killIohyp();
        serverBuffers.close();
        wire.close();
        disk.close();
        nic.close();
    }
}
