// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.cli.option.NamedSocket;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.server.worker.SocketOptions;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.ShortCircuit;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A running server: its association with the IOhyp, the sockets of its devices, its control. */
final class ServerDaemon implements AutoCloseable {
    /** Limit: frames held at a time, 68 KiB each; then frames wait in the packet socket. */
    static final int FRAME_BUFFERS_MAX = 1024;

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
        NetworkPort port =
                opened.add(
                        NetworkPort.open(
                                settings.network().interfaceName(), settings.network().address()));
        FrameBufferPool buffers = opened.add(new FrameBufferPool(FRAME_BUFFERS_MAX));
        NeighbourTable neighbours = opened.add(new NeighbourTable(port));
        LateGuards lateGuards = opened.add(new LateGuards());
        StateFolder folder = opened.add(StateFolder.open(settings.stateFolder()));
        Worker worker = DaemonWorkers.start(opened, settings.workers()).first();
        LinkOpener links = new LinkOpener(port, settings.network().link());
        worker.execute(() -> worker.add(new WorkerOwned("link", links::close)));
        RemotePeer peer =
                worker.call(() -> openPeer(worker, links, lateGuards, neighbours, buffers));
        // An association that is lost is opened anew, with a link of its own.
        worker.call(() -> InterfaceWatch.start(worker, port, neighbours::bindToInterface));
        SocketOptions sockets =
                new SocketOptions(
                        settings.group().name(),
                        SocketOptions.DEFAULT.drainNs(),
                        settings.hangsUp());
        SocketPaths paths = new SocketPaths();
        DiskKind diskKind = new DiskKind(peer, IncarnationFile.open(folder));
        ServedDevices<RemoteDisk> disks =
                opened.add(new ServedDevices<>(worker, diskKind, paths, sockets));
        ShortCircuit circuit = new ShortCircuit(NanoClock.SYSTEM);
        ServedDevices<ServedNic> nics =
                opened.add(new ServedDevices<>(worker, new NicKind(peer, circuit), paths, sockets));
        ServerDevices devices =
                new ServerDevices(
                        settings.socketFolder(),
                        folder,
                        () -> Optional.ofNullable(worker.call(peer::status).reason()));
        devices.begin(DeviceKind.DISK, disks, sockets(settings.disks()));
        devices.begin(DeviceKind.NIC, nics, sockets(settings.nics()));
        ServerControl control = new ServerControl(settings, worker, peer, devices, disks, nics);
        ControlServer.Options options =
                new ControlServer.Options(settings.control(), Optional.empty());
        opened.add(
                        ControlServer.open(
                                options, LinkAnswers.addTo(control.commands(), worker, links)))
                .start();
        // Not before: a server that cannot have its sockets shall not ask for devices that another,
        // perhaps an older process of this name, serves.
        worker.execute(() -> worker.add(peer));
        awaitAnswers(worker, peer, () -> disks.areAnswered() && nics.areAnswered());
    }

    private Map<String, Path> sockets(List<NamedSocket> options) {
        return options.stream().collect(Collectors.toMap(NamedSocket::name, settings::socket));
    }

    /**
     * A guest that comes before its disk is known finds one of size 0 and without its features, and
     * its firmware does not look twice: {@code ready} is said when the IOhyp has answered, or is
     * known to be away. Silence does not tell that: the first frames on a new path may be lost.
     */
    private static void awaitAnswers(Worker worker, RemotePeer peer, BooleanSupplier areThere) {
        long endNs = System.nanoTime() + ANSWER_NS_MAX;
        while (System.nanoTime() - endNs < 0
                && !areThere.getAsBoolean()
                && !worker.call(peer::isTurnedAway)) {
            LockSupport.parkNanos(ANSWER_POLL_NS);
        }
    }

    private RemotePeer openPeer(
            Worker worker,
            LinkOpener links,
            LateGuards lateGuards,
            NeighbourTable neighbours,
            FrameBufferPool buffers) {
        SecureRandom random = new SecureRandom();
        PeerOptions options =
                new PeerOptions(
                        settings.name(),
                        random.nextLong(),
                        settings.peer().address(),
                        settings.peer().port(),
                        settings.network().mtu(),
                        settings.network().peerTimeoutNs(),
                        settings.ioTimeoutNs(),
                        settings.network().key());
        PacketLinkFactory factory =
                new PacketLinkFactory(links, lateGuards, neighbours, worker, NanoClock.SYSTEM);
        return new RemotePeer(options, factory, NanoClock.SYSTEM, buffers, random);
    }

    @Override
    public void close() {
        opened.close();
    }
}
