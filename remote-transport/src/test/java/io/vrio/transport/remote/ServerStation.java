// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.link.CoalescingLink;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;

/**
 * A VM host's place on the simulated wire, with faults of its own: one server process at a time. On
 * the wire's thread.
 */
public final class ServerStation implements AutoCloseable {
    private static final int FIRST_PORT = 40_000;

    private final IpAddress address;
    private final Endpoint iohyp;
    private final FaultyLink faults;
    private final Intruder end;
    private Process process;
    private int portsUsed;

    /**
     * @param seed of how frames are grouped on their way here
     */
    ServerStation(
            IpAddress address, Endpoint iohyp, FaultyLink faults, NanoClock clock, long seed) {
        this.address = address;
        this.iohyp = iohyp;
        this.faults = faults;
        end = new Intruder(new CoalescingLink(faults, seed), clock, ~seed);
    }

    /** Where the IOhyp is. */
    public IpAddress iohypAddress() {
        return iohyp.address();
    }

    /** One life of the server: its association attempts, each from a port of its own. */
    private final class Process implements LinkFactory {
        private final int portCount;
        private ProcessLink current;

        Process(int portCount) {
            this.portCount = portCount;
        }

        @Override
        public long resolve(IpAddress remoteAddress) {
            return iohyp.hardwareAddress();
        }

        @Override
        public OpenLink open() {
            int port = FIRST_PORT + portsUsed++ % portCount;
            Endpoint local = new Endpoint(end.hardwareAddress(), address, port);
            ProcessLink socket = new ProcessLink(end, port);
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

        void die() {
            if (current != null) {
                current.die();
                current = null;
            }
        }
    }

    /**
     * A new process of this host.
     *
     * @param portCount local ports that it uses in turn, 1 or more
     */
    public LinkFactory openServer(int portCount) {
        process = new Process(portCount);
        return process;
    }

    /** The process has died, without a word. */
    public void killServer() {
        process.die();
    }

    /** What happens from now on to frames on their way here. */
    public void faults(Faults towardsServer) {
        faults.faults(towardsServer);
    }

    /** From now on somebody adds frames of his own, see {@link SimulatedWire#intruder}. */
    void intruder(int forgingPpm, int replayingPpm) {
        end.rates(forgingPpm, replayingPpm);
    }

    long intrusions() {
        return end.added();
    }

    /** Whether a frame waits for the server. */
    public boolean isReadable(long nowNs) {
        long dueNs = faults.nextDeadlineNs();
        return end.isReadable(nowNs) || dueNs != Agent.NO_DEADLINE && dueNs - nowNs <= 0;
    }

    /** Drops what has come while nobody listens. */
    void dropUnheard(MemorySlice unheard) {
        if (process == null || process.current == null) {
            SimulatedWire.drop(end, unheard);
        }
    }

    /** When the next frame arrives, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        return Agent.earlier(faults.nextDeadlineNs(), end.nextDeadlineNs());
    }

    @Override
    public void close() {
        end.close();
    }
}
