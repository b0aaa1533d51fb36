// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.link.CoalescingLink;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A wire in memory between VM hosts and an I/O host, with faults of its own towards each of them.
 * Processes at its ends come and go; what is on the wire then stays on it. One thread.
 */
public final class SimulatedWire implements AutoCloseable {
    public static final int PORT = 8746;

    private static final int SERVER = 1;
    private static final int IOHYP = 2;
    private static final int NEXT_SERVER = 3;

    private final IpVersion version;
    private final MemoryLink memory;
    private final NanoClock clock;
    private final FaultyLink iohypFaults;
    private final ServerStation server;
    private final List<ServerStation> stations = new ArrayList<>();
    private final Intruder iohypWire;
    private final WireEnd iohypEnd;

    /** A wire with one VM host. */
    public SimulatedWire(
            NanoClock clock,
            MemoryLink.Options options,
            IpVersion version,
            RandomGenerator random) {
        this.clock = clock;
        this.version = version;
        memory = MemoryLink.pair(options);
        FaultyLink serverFaults = new FaultyLink(memory, clock, random.nextLong());
        iohypFaults = new FaultyLink(memory.peer(), clock, random.nextLong());
        server =
                new ServerStation(
                        address(SERVER), iohypEndpoint(), serverFaults, clock, random.nextLong());
        stations.add(server);
        long iohypSeed = random.nextLong();
        iohypWire = new Intruder(new CoalescingLink(iohypFaults, iohypSeed), clock, ~iohypSeed);
        iohypEnd = new WireEnd(iohypWire);
    }

    /** 10.0.0.N or fd00::N. */
    private IpAddress address(int number) {
        final long uniqueLocal = 0xFD00L << 48;
        return switch (version) {
            case V4 -> IpAddress.ipv4(0x0A00_0000 | number);
            case V6 -> new IpAddress(uniqueLocal, number);
        };
    }

    /** The first VM host. */
    public ServerStation server() {
        return server;
    }

    /** One more VM host. */
    public ServerStation addServer(long seed) {
        ServerStation added =
                new ServerStation(
                        address(NEXT_SERVER + stations.size() - 1),
                        iohypEndpoint(),
                        new FaultyLink(memory.addStation(), clock, seed),
                        clock,
                        seed);
        stations.add(added);
        return added;
    }

    /** A new process at the first VM host, see {@link ServerStation#openServer}. */
    public LinkFactory openServer(int portCount) {
        return server.openServer(portCount);
    }

    /** A new process with one worker at the IOhyp's end. */
    public Link openIohyp() {
        return openIohyp(0);
    }

    /** The socket of a worker of the IOhyp's process. */
    public ProcessLink openIohyp(int worker) {
        return iohypEnd.open(PORT + worker);
    }

    /** Somebody whom a worker of the IOhyp has let in although he had sent it no SYN, or null. */
    public static Endpoint uninvited(IohypEndpoint endpoint, ProcessLink socket) {
        for (ServedPeer peer : endpoint.servedPeers()) {
            if (!socket.hasAsked(peer.association().remote())) {
                return peer.association().remote();
            }
        }
        return null;
    }

    /** The IOhyp's process has died, without a word. */
    public void killIohyp() {
        iohypEnd.killAll();
    }

    /** Where the IOhyp's processes are. */
    public Endpoint iohypEndpoint() {
        return iohypEndpoint(0);
    }

    /** Where a worker of them is. */
    public Endpoint iohypEndpoint(int worker) {
        return new Endpoint(iohypFaults.hardwareAddress(), address(IOHYP), PORT + worker);
    }

    /** What happens to frames from now on that go to the first VM host, and to the I/O host. */
    public void faults(Faults towardsServer, Faults towardsIohyp) {
        server.faults(towardsServer);
        iohypFaults.faults(towardsIohyp);
    }

    /**
     * From now on somebody adds frames of his own.
     *
     * @param forgingPpm of how many frames in a million he makes something else
     * @param replayingPpm to how many he adds one that he has recorded, however long ago
     */
    public void intruder(int forgingPpm, int replayingPpm) {
        stations.forEach(station -> station.intruder(forgingPpm, replayingPpm));
        iohypWire.rates(forgingPpm, replayingPpm);
    }

    /** Frames that he has added. */
    public long intrusions() {
        return iohypWire.added() + stations.stream().mapToLong(ServerStation::intrusions).sum();
    }

    /** Has a server break its association off, as if something had been wrong with it. */
    public static void breakOff(RemotePeer peer) {
        peer.reset("the simulation says so");
    }

    /**
     * How far a server has come, without all that {@link PeerStatus} says beside.
     *
     * @param sinceNs clock time at which the state was entered
     * @param reason why it is not established, or null
     */
    public record Moment(PeerState state, long sinceNs, String reason) {}

    /** How far a server has come. */
    public static Moment moment(RemotePeer peer) {
        PeerProgress progress = peer.progress();
        return new Moment(progress.state(), progress.sinceNs(), progress.reason());
    }

    /** Drops what has come for an end where nobody listens. */
    public void dropUnheard() {
        stations.forEach(ServerStation::dropUnheard);
        iohypEnd.dropUnheard();
    }

    /** When the next frame arrives, or {@code Agent.NO_DEADLINE}. */
    public long nextDeadlineNs() {
        long nextNs = Agent.earlier(iohypFaults.nextDeadlineNs(), iohypWire.nextDeadlineNs());
        for (ServerStation station : stations) {
            nextNs = Agent.earlier(nextNs, station.nextDeadlineNs());
        }
        return nextNs;
    }

    @Override
    public void close() {
        stations.forEach(ServerStation::close);
        iohypEnd.close();
    }
}
