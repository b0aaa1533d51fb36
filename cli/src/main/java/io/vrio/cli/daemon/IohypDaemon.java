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
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;

/** A running IOhyp: its workers with devices and associations, and its control socket. */
final class IohypDaemon implements AutoCloseable {
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
        settings.network().checkInterface();
        StateFolder folder = opened.add(StateFolder.open(settings.stateFolder()));
        IohypWorkers parts = opened.add(new IohypWorkers(settings));
        DaemonWorkers workers = DaemonWorkers.start(opened, settings.workers());
        Worker first = workers.first();
        // The worker closes what is made on it, in reverse order: the associations say goodbye
        // before their devices are closed.
        DiskRegistry disks = OnWorker.call(first, () -> openDisks(first, folder));
        NicRegistry nics = OnWorker.call(first, () -> openNics(first, folder));
        parts.open(workers, disks, nics);
        WorkerScaler scaler = opened.add(WorkerScaler.start(parts, workers.limits()));
        IohypControl control = new IohypControl(settings, parts, workers, scaler, nics);
        ControlServer.Options options =
                new ControlServer.Options(settings.control(), settings.group().principal());
        opened.add(
                        ControlServer.open(
                                options,
                                LinkAnswers.addTo(
                                        control.commands(), first, parts.first().links())))
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

    @Override
    public void close() {
        opened.close();
    }
}
