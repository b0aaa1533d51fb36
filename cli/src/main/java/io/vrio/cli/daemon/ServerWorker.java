// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.remote.KnownIncarnations;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One worker of a server with all that it alone uses: its way to the IOhyp, and its association
 * there. The first one always has an association, the others while they have disks. On the worker's
 * thread, but for what says otherwise.
 */
final class ServerWorker implements AutoCloseable {
    /** Limit: frames held at a time, 68 KiB each; then frames wait in the packet socket. */
    static final int FRAME_BUFFERS_MAX = 1024;

    private final int index;
    private final Worker worker;
    private final PeerOptions options;
    private final CloseStack opened = new CloseStack();
    private final FrameBufferPool buffers;
    private final LinkOpener links;
    private final PacketLinkFactory factory;

    private final Set<RemoteDisk> disks = new HashSet<>();

    /** Null while it needs none. */
    private RemotePeer peer;

    private boolean isStarted;

    /** Of {@link #disks}, for somebody of the control path who waits for the worker's thread. */
    private volatile int diskCount;

    private ServerWorker(int index, Worker worker, ServerSettings settings, PeerOptions options) {
        this.index = index;
        this.worker = worker;
        this.options = options.forWorker(index);
        buffers = opened.add(new FrameBufferPool(FRAME_BUFFERS_MAX));
        try {
            NetworkPort port =
                    opened.add(
                            NetworkPort.open(
                                    settings.network().interfaceName(),
                                    settings.network().address()));
            NeighbourTable neighbours = opened.add(new NeighbourTable(port));
            LateGuards lateGuards = opened.add(new LateGuards());
            links = new LinkOpener(port, settings.network().link(index));
            factory =
                    new PacketLinkFactory(links, lateGuards, neighbours, worker, NanoClock.SYSTEM);
            worker.call(() -> begin(port, neighbours));
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private InterfaceWatch begin(NetworkPort port, NeighbourTable neighbours) {
        worker.add(new WorkerOwned("links", links::close));
        peer = index == 0 ? newPeer() : null;
        // An association that is lost is opened anew, with a link of its own.
        return InterfaceWatch.start(worker, port, index == 0, neighbours::bindToInterface);
    }

    /**
     * For a worker that runs. The control path's.
     *
     * @throws io.vrio.transport.link.LinkException when the interface cannot be used
     */
    static ServerWorker open(
            int index, Worker worker, ServerSettings settings, PeerOptions options) {
        return new ServerWorker(index, worker, settings, options);
    }

    private RemotePeer newPeer() {
        return new RemotePeer(options, factory, NanoClock.SYSTEM, buffers, new SecureRandom());
    }

    /** From now on the IOhyp may hear of it. */
    void start() {
        isStarted = true;
        if (peer != null) {
            worker.add(peer);
        }
    }

    /** What its associations go by. */
    LinkOpener links() {
        return links;
    }

    /** Of the first worker, which always has one. */
    RemotePeer peer() {
        return peer;
    }

    RemoteDisk openDisk(String name, KnownIncarnations incarnations) {
        RemoteDisk disk = peerInUse().openDisk(name, incarnations);
        keep(disk);
        return disk;
    }

    /**
     * Takes a disk over that has left another worker.
     *
     * @throws WorkerFullException when it may have no more; the disk is still of none
     */
    void join(RemoteDisk disk) throws WorkerFullException {
        disk.join(peerInUse());
        keep(disk);
    }

    private void keep(RemoteDisk disk) {
        disks.add(disk);
        diskCount = disks.size();
    }

    /** Hands a disk over that has nothing under way. */
    void leave(RemoteDisk disk) {
        disk.leave();
        forget(disk);
    }

    /** Closes a disk that is its own, or of none: one whose move has ended its device. */
    void close(RemoteDisk disk) {
        disk.close();
        forget(disk);
    }

    private RemotePeer peerInUse() {
        if (peer == null) {
            peer = newPeer();
            if (isStarted) {
                worker.add(peer);
            }
        }
        return peer;
    }

    private void forget(RemoteDisk disk) {
        boolean wasHere = disks.remove(disk);
        diskCount = disks.size();
        if (wasHere && disks.isEmpty() && index > 0) {
            worker.remove(peer);
            peer.close();
            peer = null;
        }
    }

    /** Empty while it has no association and wants none. */
    Optional<PeerStatus> status() {
        return Optional.ofNullable(peer).map(RemotePeer::status);
    }

    /** Any thread. */
    int index() {
        return index;
    }

    /** Any thread. */
    Worker worker() {
        return worker;
    }

    /** Any thread. */
    int diskCount() {
        return diskCount;
    }

    /** After the worker has ended. The control path's. */
    @Override
    public void close() {
        opened.close();
    }
}
