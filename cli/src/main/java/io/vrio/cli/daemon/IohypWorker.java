// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointGroup;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import java.security.SecureRandom;

/**
 * What one worker of an IOhyp has: the disks at home on it, and an endpoint at a port of its own.
 * Made by the thread that makes the workers; closed by it when the worker has ended.
 */
final class IohypWorker implements AutoCloseable {
    /** Limit: frames held at a time, 68 KiB each; then frames wait in the packet socket. */
    static final int FRAME_BUFFERS_MAX = 1024;

    private final CloseStack opened = new CloseStack();
    private final int index;
    private final Worker worker;
    private final DiskRegistry disks;
    private final LinkOpener links;
    private final IohypEndpoint endpoint;

    /**
     * What all workers of an IOhyp have in common.
     *
     * @param epoch of the process
     */
    record Common(IohypSettings settings, long epoch, EndpointGroup group) {}

    /**
     * Opens the endpoint; what has been opened is closed when it throws.
     *
     * @param index of the worker; as many ports behind the first one it has its own
     */
    IohypWorker(Common common, int index, Worker worker, DiskRegistry disks, NicRegistry nics) {
        this.index = index;
        this.worker = worker;
        this.disks = disks;
        NetworkOptions network = common.settings().network();
        try {
            NetworkPort port =
                    opened.add(NetworkPort.open(network.interfaceName(), network.address()));
            // One program takes the frames of an interface to sockets: that of the first worker.
            links = new LinkOpener(port, network.link(index));
            FrameBufferPool buffers = opened.add(new FrameBufferPool(FRAME_BUFFERS_MAX));
            LateGuards lateGuards = opened.add(new LateGuards());
            int tcpPort = common.settings().port() + index;
            Catalogs catalogs = new Catalogs(disks, nics);
            endpoint =
                    worker.call(() -> openEndpoint(common, tcpPort, lateGuards, catalogs, buffers));
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private IohypEndpoint openEndpoint(
            Common common,
            int tcpPort,
            LateGuards lateGuards,
            Catalogs catalogs,
            FrameBufferPool buffers) {
        worker.add(new WorkerOwned("links", links::close));
        GuardSocket guard = GuardSocket.open(links.port(), tcpPort);
        WatchedLink link = WatchedLink.open(guard, lateGuards, links, worker);
        worker.add(new WorkerOwned("link", link::close));
        NetworkOptions network = common.settings().network();
        EndpointOptions options =
                new EndpointOptions(
                        link.local(),
                        common.epoch(),
                        network.mtu(),
                        network.peerTimeoutNs(),
                        network.keys());
        IohypEndpoint made =
                new IohypEndpoint(
                        options,
                        link.link(),
                        catalogs,
                        NanoClock.SYSTEM,
                        buffers,
                        new SecureRandom());
        made.join(common.group(), worker::execute);
        worker.add(made);
        InterfaceWatch.start(
                worker,
                links.port(),
                () -> {
                    link.rebind();
                    made.moveTo(link.local());
                });
        return made;
    }

    int index() {
        return index;
    }

    Worker worker() {
        return worker;
    }

    DiskRegistry disks() {
        return disks;
    }

    LinkOpener links() {
        return links;
    }

    IohypEndpoint endpoint() {
        return endpoint;
    }

    /** What it has done since its start. Any thread but the worker's. */
    WorkerLoad load() {
        return worker.call(
                () -> {
                    endpoint.markLoad();
                    return new WorkerLoad(worker.busyNs(), endpoint.served());
                });
    }

    @Override
    public void close() {
        opened.close();
    }
}
