// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.CoalescingLink;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import java.util.random.RandomGenerator;

/**
 * A wire in memory between a VM host and an I/O host, with faults of its own in each direction.
 * Processes at either end come and go; what is on the wire then stays on it. One thread.
 */
public final class SimulatedWire implements AutoCloseable {
    public static final int SERVER_ADDRESS = 0x0A000001;
    public static final int IOHYP_ADDRESS = 0x0A000002;
    public static final int PORT = 8746;

    private static final int FIRST_SERVER_PORT = 40_000;

    private final FaultyLink serverFaults;
    private final FaultyLink iohypFaults;
    private final Link serverEnd;
    private final Link iohypEnd;
    private final NativeBuffer unheard = new NativeBuffer(FrameHeader.FRAME_MAX);
    private ServerProcess server;
    private ProcessLink iohyp;
    private int portsUsed;

    public SimulatedWire(NanoClock clock, MemoryLink.Options options, RandomGenerator random) {
        MemoryLink memory = MemoryLink.pair(options);
        serverFaults = new FaultyLink(memory, clock, random.nextLong());
        iohypFaults = new FaultyLink(memory.peer(), clock, random.nextLong());
        serverEnd = new CoalescingLink(serverFaults, random.nextLong());
        iohypEnd = new CoalescingLink(iohypFaults, random.nextLong());
    }

    /** One life of the server: its association attempts, each from a port of its own. */
    private final class ServerProcess implements LinkFactory {
        private final int portCount;
        private ProcessLink current;

        ServerProcess(int portCount) {
            this.portCount = portCount;
        }

        @Override
        public long resolve(int remoteAddress) {
            return iohypEnd.hardwareAddress();
        }

        @Override
        public OpenLink open() {
            int port = FIRST_SERVER_PORT + portsUsed++ % portCount;
            Endpoint local = new Endpoint(serverEnd.hardwareAddress(), SERVER_ADDRESS, port);
            ProcessLink process = new ProcessLink(serverEnd, port);
            ScatterLink link = new PeekingLink(process);
            current = process;
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
     * A new process at the server's end.
     *
     * @param portCount local ports that it uses in turn, 1 or more
     */
    public LinkFactory openServer(int portCount) {
        server = new ServerProcess(portCount);
        return server;
    }

    /** The server's process has died, without a word. */
    public void killServer() {
        server.die();
    }

    /** A new process at the IOhyp's end. */
    public Link openIohyp() {
        iohyp = new ProcessLink(iohypEnd, PORT);
        return iohyp;
    }

    /** The IOhyp's process has died, without a word. */
    public void killIohyp() {
        iohyp.die();
        iohyp = null;
    }

    /** Where the IOhyp's processes are. */
    public Endpoint iohypEndpoint() {
        return new Endpoint(iohypEnd.hardwareAddress(), IOHYP_ADDRESS, PORT);
    }

    /** What happens to frames from now on. */
    public void faults(Faults towardsServer, Faults towardsIohyp) {
        serverFaults.faults(towardsServer);
        iohypFaults.faults(towardsIohyp);
    }

    /** Whether a frame waits for the server. */
    public boolean isServerReadable(long nowNs) {
        long dueNs = serverFaults.nextDeadlineNs();
        return dueNs != Agent.NO_DEADLINE && dueNs - nowNs <= 0;
    }

    /** Has a server break its association off, as if something had been wrong with it. */
    public static void breakOff(RemotePeer peer) {
        peer.reset("the simulation says so");
    }

    /** Drops what has come for an end where nobody listens. */
    public void dropUnheard() {
        if (server == null || server.current == null) {
            drop(serverEnd);
        }
        if (iohyp == null) {
            drop(iohypEnd);
        }
    }

    private void drop(Link end) {
        int length;
        do {
            length = end.receive(unheard.slice());
        } while (length > 0);
    }

    /** When the next frame arrives, or {@code Agent.NO_DEADLINE}. */
    public long nextDeadlineNs() {
        long serverNs = serverFaults.nextDeadlineNs();
        long iohypNs = iohypFaults.nextDeadlineNs();
        if (serverNs == Agent.NO_DEADLINE || iohypNs == Agent.NO_DEADLINE) {
            return Math.min(serverNs, iohypNs);
        }
        return serverNs - iohypNs < 0 ? serverNs : iohypNs;
    }

    @Override
    public void close() {
        serverEnd.close();
        iohypEnd.close();
        unheard.close();
    }
}
