// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Worker;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.link.SocketLink;
import io.vrio.transport.remote.LinkFactory.OpenLink;
import io.vrio.transport.wire.Endpoint;

/** A link with its guard, watched by a worker. On the worker's thread. */
final class WatchedLink implements OpenLink {
    private final GuardSocket guard;
    private final LateGuards lateGuards;
    private final SocketLink link;
    private final NetworkPort port;
    private final Worker worker;
    private final int key;

    private WatchedLink(
            GuardSocket guard,
            LateGuards lateGuards,
            SocketLink link,
            NetworkPort port,
            Worker worker) {
        this.guard = guard;
        this.lateGuards = lateGuards;
        this.link = link;
        this.port = port;
        this.worker = worker;
        // The agent reads all frames in its duty cycle; the event only has to wake it.
        key = worker.register(link.descriptor(), () -> {});
    }

    /**
     * Takes over the guard, also when it throws.
     *
     * @param lateGuards where the guard goes in the end
     * @param links of this worker
     */
    static WatchedLink open(
            GuardSocket guard, LateGuards lateGuards, LinkOpener links, Worker worker) {
        try {
            SocketLink link = links.open(guard.port());
            return new WatchedLink(guard, lateGuards, link, links.port(), worker);
        } catch (RuntimeException e) {
            guard.close();
            throw e;
        }
    }

    @Override
    public ScatterLink link() {
        return link;
    }

    @Override
    public Endpoint local() {
        return new Endpoint(port.hardwareAddress(), port.address(), guard.port());
    }

    /** After another interface has taken the name of the port's. */
    void rebind() {
        link.rebind();
        guard.bindToInterface();
    }

    @Override
    public void close() {
        worker.unregister(link.descriptor(), key);
        link.close();
        lateGuards.add(guard);
    }
}
