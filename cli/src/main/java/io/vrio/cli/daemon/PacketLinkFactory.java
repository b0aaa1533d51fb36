// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.remote.LinkFactory;
import io.vrio.transport.wire.IpAddress;
import java.util.concurrent.TimeUnit;

/** Opens links for the attempts of a server to reach its IOhyp. One worker. */
final class PacketLinkFactory implements LinkFactory {
    /** Between two questions to the network for a peer's Ethernet address. */
    private static final long START_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LinkOpener links;
    private final LateGuards lateGuards;
    private final NeighbourTable neighbours;
    private final Worker worker;
    private final NanoClock clock;
    private long startNs;

    PacketLinkFactory(
            LinkOpener links,
            LateGuards lateGuards,
            NeighbourTable neighbours,
            Worker worker,
            NanoClock clock) {
        this.links = links;
        this.lateGuards = lateGuards;
        this.neighbours = neighbours;
        this.worker = worker;
        this.clock = clock;
        startNs = clock.nanoTime() - START_INTERVAL_NS;
    }

    @Override
    public long resolve(IpAddress remoteAddress) {
        long nowNs = clock.nanoTime();
        if (nowNs - startNs >= START_INTERVAL_NS) {
            // Also when an address is known: frames of ours do not make the kernel check it, and
            // the peer may have moved to another NIC.
            startNs = nowNs;
            neighbours.start(remoteAddress);
        }
        return neighbours.resolve(remoteAddress);
    }

    @Override
    public OpenLink open() {
        final int anyPort = 0;
        return WatchedLink.open(GuardSocket.open(links.port(), anyPort), lateGuards, links, worker);
    }
}
