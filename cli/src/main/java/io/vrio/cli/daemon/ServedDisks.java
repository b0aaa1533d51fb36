// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.SocketOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The disks that a server serves, by name, each with its socket; they come and go while it runs.
 * Main thread, then control thread.
 */
final class ServedDisks implements AutoCloseable {
    /** Limit: disks of one server; each has descriptors and a flow. */
    private static final int DISKS_MAX = 1024;

    private final Worker worker;
    private final RemotePeer peer;
    private final SocketOptions socketOptions;
    private final TreeMap<String, ServedDisk> disks = new TreeMap<>();

    ServedDisks(Worker worker, RemotePeer peer, Optional<String> group) {
        this.worker = worker;
        this.peer = peer;
        socketOptions = new SocketOptions(group, SocketOptions.DEFAULT.drainNs());
    }

    /** One of them. */
    record ServedDisk(RemoteDisk disk, DeviceSocket socket) {}

    /**
     * Serves a disk of the IOhyp from now on, also while the IOhyp is away or does not have it yet.
     *
     * @throws ControlException when it is served already
     * @throws io.vrio.common.sys.SocketPathException when there can be no socket at {@code path}
     */
    void create(String name, Path path) throws ControlException {
        if (disks.containsKey(name)) {
            throw new ControlException("disk " + name + " is served already");
        }
        if (disks.size() == DISKS_MAX) {
            throw new ControlException("there are " + DISKS_MAX + " disks already; delete one");
        }
        RemoteDisk disk = worker.call(() -> peer.openDisk(name));
        try {
            BlockDevice device =
                    worker.call(() -> new BlockDevice(name, disk, BlockDevice.QUEUES_DEFAULT));
            disks.put(name, new ServedDisk(disk, open(name, device, path)));
        } catch (RuntimeException e) {
            onWorker(disk::close);
            throw e;
        }
    }

    private DeviceSocket open(String name, BlockDevice device, Path path) {
        try {
            return DeviceSocket.open(worker, name, device, path, socketOptions);
        } catch (RuntimeException e) {
            onWorker(device::close);
            throw e;
        }
    }

    /** Ends the socket and gives the disk back. */
    void delete(String name) throws ControlException {
        close(find(name));
        disks.remove(name);
    }

    ServedDisk find(String name) throws ControlException {
        ServedDisk disk = disks.get(name);
        if (disk == null) {
            throw new ControlException(
                    "this server does not serve a disk " + name + "; see vrio disk list");
        }
        return disk;
    }

    /** Whether the IOhyp has given or refused each of them. */
    boolean areAnswered() {
        return worker.call(
                () ->
                        disks.values().stream()
                                .map(ServedDisk::disk)
                                .allMatch(disk -> disk.isAttached() || disk.refusal() != null));
    }

    List<String> names() {
        return List.copyOf(disks.keySet());
    }

    private void close(ServedDisk served) {
        served.socket().close();
        onWorker(served.disk()::close);
    }

    private void onWorker(Runnable close) {
        worker.call(
                () -> {
                    close.run();
                    return null;
                });
    }

    /** Removes all sockets, the last one first. */
    @Override
    public void close() {
        // All at once: each may have to wait a moment for what its guest has asked last.
        disks.values().forEach(disk -> disk.socket().beginClose());
        while (!disks.isEmpty()) {
            close(disks.pollLastEntry().getValue());
        }
    }
}
