// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.link.CoalescingLink;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A VM host's place on the simulated wire, with faults of its own: one server process at a time,
 * with one worker or several. On the wire's thread.
 */
public final class ServerStation implements AutoCloseable {
    private static final int FIRST_PORT = 40_000;

    private final IpAddress address;
    private final Endpoint iohyp;
    private final FaultyLink faults;
    private final Intruder wire;
    private final WireEnd end;
    private final List<Worker> workers = new ArrayList<>();
    private int portsUsed;

    /**
     * @param seed of how frames are grouped on their way here
     */
    ServerStation(
            IpAddress address, Endpoint iohyp, FaultyLink faults, NanoClock clock, long seed) {
        this.address = address;
        this.iohyp = iohyp;
        this.faults = faults;
        wire = new Intruder(new CoalescingLink(faults, seed), clock, ~seed);
        end = new WireEnd(wire);
    }

    /** Where the IOhyp is. */
    public IpAddress iohypAddress() {
        return iohyp.address();
    }

    /** A worker of a server: its association attempts, each from a port of its own. */
    public final class Worker implements LinkFactory {
        private final int portCount;
        private ProcessLink current;

        private Worker(int portCount) {
            this.portCount = portCount;
        }

        @Override
        public long resolve(IpAddress remoteAddress) {
            return iohyp.hardwareAddress();
        }

        @Override
        public OpenLink open() {
            int port = choosePort();
            Endpoint local = new Endpoint(wire.hardwareAddress(), address, port);
            ProcessLink socket = end.open(port);
            ScatterLink link = new PeekingLink(socket);
            current = socket;
            return new OpenLink() {
                @Override
                public ScatterLink link() {
                    return link;
                }

                @Override
                public Endpoint local() {
                    return local;
                }

                @Override
                public void close() {
                    link.close();
                    current = null;
                }
            };
        }

        /** As a kernel does: one that nobody has. */
        private int choosePort() {
            int port = FIRST_PORT + portsUsed++ % portCount;
            // Limit: the workers of a host.
            while (end.hasSocket(port)) {
                port++;
            }
            return port;
        }

        /** Whether a frame waits for this worker. */
        public boolean isReadable(long nowNs) {
            boolean isWireReadable = isWireReadable(nowNs);
            return current == null ? isWireReadable : current.isReadable(isWireReadable);
        }

        /** Whether a frame has come that it cannot have seen. */
        public boolean hasNews() {
            return current != null && current.hasNews();
        }

        void die() {
            if (current != null) {
                current.die();
                current = null;
            }
        }
    }

    /**
     * The first worker of a new process of this host.
     *
     * @param portCount local ports that it uses in turn, 1 or more
     */
    public Worker openServer(int portCount) {
        workers.clear();
        return addWorker(portCount);
    }

    /** One more worker of the present process. */
    public Worker addWorker(int portCount) {
        Worker worker = new Worker(portCount);
        workers.add(worker);
        return worker;
    }

    /** The process has died, without a word. */
    public void killServer() {
        workers.forEach(Worker::die);
    }

    /** What happens from now on to frames on their way here. */
    public void faults(Faults towardsServer) {
        faults.faults(towardsServer);
    }

    /** From now on somebody adds frames of his own, see {@link SimulatedWire#intruder}. */
    void intruder(int forgingPpm, int replayingPpm) {
        wire.rates(forgingPpm, replayingPpm);
    }

    long intrusions() {
        return wire.added();
    }

    private boolean isWireReadable(long nowNs) {
        long dueNs = faults.nextDeadlineNs();
        return wire.isReadable(nowNs) || dueNs != Agent.NO_DEADLINE && dueNs - nowNs <= 0;
    }

    /** Drops what has come while nobody listens. */
    void dropUnheard() {
        end.dropUnheard();
    }

    /** When the next frame arrives, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        return Agent.earlier(faults.nextDeadlineNs(), wire.nextDeadlineNs());
    }

    @Override
    public void close() {
        end.close();
    }
}
