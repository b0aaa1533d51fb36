// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.DiskWorker;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.DiskState;
import io.vrio.backends.iohyp.DiskStatus;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.backends.iohyp.NicStatus;
import io.vrio.backends.net.NicWorker;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import io.vrio.cli.option.NamedBackend;
import io.vrio.cli.option.NamedNic;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.IohypEndpoint;
import java.security.SecureRandom;

/** A running IOhyp: its devices, the end of its associations, and its control socket. */
final class IohypDaemon implements AutoCloseable {
    /** Limit: frames held at a time, 68 KiB each; then frames wait in the packet socket. */
    static final int FRAME_BUFFERS_MAX = 1024;

    private final CloseStack opened = new CloseStack();
    private final IohypSettings settings;

    private IohypDaemon(IohypSettings settings) {
        this.settings = settings;
    }

    /** Everything is open when it returns; nothing is when it throws. */
    static IohypDaemon start(IohypSettings settings)
            throws CommandFailedException, BackendException, ControlException, StateException {
        IohypDaemon daemon = new IohypDaemon(settings);
        try {
            daemon.open();
            return daemon;
        } catch (Exception e) {
            daemon.close();
            throw e;
        }
    }

    private void open()
            throws CommandFailedException, BackendException, ControlException, StateException {
        NetworkPort port =
                opened.add(
                        NetworkPort.open(
                                settings.network().interfaceName(), settings.network().address()));
        FrameBufferPool buffers = opened.add(new FrameBufferPool(FRAME_BUFFERS_MAX));
        LateGuards lateGuards = opened.add(new LateGuards());
        StateFolder folder = opened.add(StateFolder.open(settings.stateFolder()));
        Worker worker = DaemonWorkers.start(opened, settings.workers()).first();
        // The worker closes what is made on it, in reverse order: the associations say goodbye
        // before their devices are closed.
        DiskRegistry disks = OnWorker.call(worker, () -> openDisks(worker, folder));
        NicRegistry nics = OnWorker.call(worker, () -> openNics(worker, folder));
        Catalogs catalogs = new Catalogs(disks, nics);
        LinkOpener links = new LinkOpener(port, settings.network().link());
        worker.execute(() -> worker.add(new WorkerOwned("links", links::close)));
        IohypEndpoint endpoint =
                worker.call(() -> openEndpoint(worker, links, lateGuards, catalogs, buffers));
        IohypControl control = new IohypControl(settings, worker, disks, nics, endpoint);
        ControlServer.Options options =
                new ControlServer.Options(settings.control(), settings.group().principal());
        opened.add(
                        ControlServer.open(
                                options, LinkAnswers.addTo(control.commands(), worker, links)))
                .start();
    }

    private DiskRegistry openDisks(Worker worker, StateFolder folder) throws BackendException {
        DiskRegistry registry = DiskRegistry.open(folder, DiskWorker.of(worker));
        worker.add(new WorkerOwned("disks", registry::close));
        for (NamedBackend disk : settings.disks()) {
            registry.addOption(disk.name(), disk.backend());
            DiskStatus status = registry.show(disk.name());
            if (status.state() == DiskState.FAILED) {
                throw new BackendException("disk " + disk.name() + ": " + status.failure());
            }
        }
        return registry;
    }

    private NicRegistry openNics(Worker worker, StateFolder folder) throws BackendException {
        NicRegistry registry = NicRegistry.open(folder, NicWorker.of(worker));
        worker.add(new WorkerOwned("nics", registry::close));
        for (NamedNic nic : settings.nics()) {
            registry.addOption(nic.name(), nic.backend());
            NicStatus status = registry.show(nic.name());
            if (!status.failure().isEmpty()) {
                throw new BackendException("NIC " + nic.name() + ": " + status.failure());
            }
        }
        return registry;
    }

    private IohypEndpoint openEndpoint(
            Worker worker,
            LinkOpener links,
            LateGuards lateGuards,
            Catalogs catalogs,
            FrameBufferPool buffers) {
        GuardSocket guard = GuardSocket.open(links.port(), settings.port());
        WatchedLink link = WatchedLink.open(guard, lateGuards, links, worker);
        worker.add(new WorkerOwned("link", link::close));
        SecureRandom random = new SecureRandom();
        EndpointOptions options =
                new EndpointOptions(
                        link.local(),
                        random.nextLong(),
                        settings.network().mtu(),
                        settings.network().peerTimeoutNs(),
                        settings.network().keys());
        IohypEndpoint endpoint =
                new IohypEndpoint(
                        options, link.link(), catalogs, NanoClock.SYSTEM, buffers, random);
        worker.add(endpoint);
        InterfaceWatch.start(
                worker,
                links.port(),
                () -> {
                    link.rebind();
                    endpoint.moveTo(link.local());
                });
        return endpoint;
    }

    @Override
    public void close() {
        opened.close();
    }
}
