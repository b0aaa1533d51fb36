// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.cli.option.NamedSocket;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.server.worker.SocketOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.ShortCircuit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A running server: its workers, the sockets of its devices, its control. */
final class ServerDaemon implements AutoCloseable {
    /**
     * Limit: then it is ready all the same, and guests wait for what has not come. Three attempts
     * of 3 s that nobody answers.
     */
    private static final long ANSWER_NS_MAX = TimeUnit.SECONDS.toNanos(10);

    private static final long ANSWER_POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final CloseStack opened = new CloseStack();
    private final ServerSettings settings;

    private ServerDaemon(ServerSettings settings) {
        this.settings = settings;
    }

    /** Everything is open when it returns; nothing is when it throws. */
    static ServerDaemon start(ServerSettings settings)
            throws CommandFailedException, ControlException, StateException {
        ServerDaemon daemon = new ServerDaemon(settings);
        try {
            daemon.open();
            return daemon;
        } catch (Exception e) {
            daemon.close();
            throw e;
        }
    }

    private void open() throws CommandFailedException, ControlException, StateException {
        settings.network().checkInterface();
        ServerWorkers workers = opened.add(new ServerWorkers(settings));
        StateFolder folder = opened.add(StateFolder.open(settings.stateFolder()));
        DaemonWorkers running = DaemonWorkers.start(opened, settings.workers());
        workers.open(running);
        SocketOptions sockets =
                new SocketOptions(
                        settings.group().name(),
                        SocketOptions.DEFAULT.drainNs(),
                        settings.hangsUp());
        SocketPaths paths = new SocketPaths();
        DiskKind diskKind = new DiskKind(workers, IncarnationFile.open(folder));
        ServedDevices<RemoteDisk> disks =
                opened.add(new ServedDevices<>(workers, diskKind, paths, sockets));
        NicKind nicKind = new NicKind(workers.first(), new ShortCircuit(NanoClock.SYSTEM));
        ServedDevices<ServedNic> nics =
                opened.add(new ServedDevices<>(workers, nicKind, paths, sockets));
        ServerDevices devices =
                new ServerDevices(
                        settings.socketFolder(),
                        folder,
                        () -> Optional.ofNullable(workers.firstPeer().reason()));
        devices.begin(DeviceKind.DISK, disks, sockets(settings.disks()));
        devices.begin(DeviceKind.NIC, nics, sockets(settings.nics()));
        ServerPool pool = new ServerPool(workers, disks, nics);
        WorkerScaler scaler = opened.add(WorkerScaler.start(pool, running.limits()));
        ServerControl control =
                new ServerControl(
                        settings,
                        workers,
                        () -> Answers.workers(running, scaler),
                        devices,
                        disks,
                        nics);
        ControlServer.Options options =
                new ControlServer.Options(settings.control(), Optional.empty());
        opened.add(ControlServer.open(options, withLink(control, workers.first()))).start();
        // Not before: a server that cannot have its sockets shall not ask for devices that another,
        // perhaps an older process of this name, serves.
        workers.start();
        awaitAnswers(workers, () -> disks.areAnswered() && nics.areAnswered());
    }

    private static Map<String, ControlCommand> withLink(ServerControl control, ServerWorker first) {
        return LinkAnswers.addTo(control.commands(), first.worker(), first.links());
    }

    private Map<String, Path> sockets(List<NamedSocket> options) {
        return options.stream().collect(Collectors.toMap(NamedSocket::name, settings::socket));
    }

    /**
     * A guest that comes before its disk is known finds one of size 0 and without its features, and
     * its firmware does not look twice: {@code ready} is said when the IOhyp has answered, or is
     * known to be away. Silence does not tell that: the first frames on a new path may be lost.
     */
    private static void awaitAnswers(ServerWorkers workers, BooleanSupplier areThere) {
        long endNs = System.nanoTime() + ANSWER_NS_MAX;
        while (System.nanoTime() - endNs < 0
                && !areThere.getAsBoolean()
                && !workers.isTurnedAway()) {
            LockSupport.parkNanos(ANSWER_POLL_NS);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
