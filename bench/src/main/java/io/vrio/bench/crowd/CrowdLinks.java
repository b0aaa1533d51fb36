// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.crowd;

import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.PacketLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.remote.LinkFactory;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;

/** Opens packet sockets on one address, each with a TCP port of its own. One thread. */
final class CrowdLinks implements LinkFactory, AutoCloseable {
    private static final int ANY_PORT = 0;
    private static final long START_INTERVAL_NS = 500_000_000;

    private final NetworkPort port;
    private final NeighbourTable neighbours;
    private long startedNs = System.nanoTime() - START_INTERVAL_NS;

    /** Of the network namespace of the calling thread. */
    CrowdLinks(String interfaceName, IpAddress address) {
        port = NetworkPort.open(interfaceName, address);
        neighbours = new NeighbourTable(port);
    }

    @Override
    public long resolve(IpAddress remoteAddress) {
        long nowNs = System.nanoTime();
        if (nowNs - startedNs >= START_INTERVAL_NS) {
            startedNs = nowNs;
            neighbours.start(remoteAddress);
        }
        return neighbours.resolve(remoteAddress);
    }

    @Override
    public OpenLink open() {
        GuardSocket guard = GuardSocket.open(port, ANY_PORT);
        try {
            return new GuardedLink(guard, PacketLink.open(port, guard.port()));
        } catch (RuntimeException e) {
            guard.close();
            throw e;
        }
    }

    private final class GuardedLink implements OpenLink {
        private final GuardSocket guard;
        private final PacketLink link;

        GuardedLink(GuardSocket guard, PacketLink link) {
            this.guard = guard;
            this.link = link;
        }

        @Override
        public ScatterLink link() {
            return link;
        }

        @Override
        public Endpoint local() {
            return new Endpoint(port.hardwareAddress(), port.address(), guard.port());
        }

        @Override
        public void close() {
            link.close();
            guard.close();
        }
    }

    @Override
    public void close() {
        neighbours.close();
    }
}
