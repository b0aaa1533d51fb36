// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.DeviceStatus;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A disk at a socket of its own, served by a worker of this process. */
public final class ServedDisk implements AutoCloseable {
    private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(10), false);

    private final Worker worker = new Worker("served-disk", NanoClock.SYSTEM, SPIN_NS);
    private final BackendDisk disk;
    private final DeviceSocket socket;
    private final Path path;

    /**
     * @param backend as an operator writes it, such as {@code ram:64M}
     * @param queues how many a frontend may ask for
     */
    public ServedDisk(Path path, String backend, int queues) throws BackendException {
        this.path = path;
        DiskContext context = new DiskContext("disk0", "test", DiskWorker.of(worker));
        disk = BackendDisk.open(BackendSpec.parse(backend), context);
        BlockDevice device = new BlockDevice("disk0", disk, queues);
        socket = DeviceSocket.open(worker, "disk0", device, path, OPTIONS);
        worker.start();
    }

    public Path path() {
        return path;
    }

    public DeviceStatus status() {
        return socket.status();
    }

    /** Gives the disk another capacity, as its operator may at any time. */
    public void resize(long capacity) {
        worker.call(
                () -> {
                    try {
                        disk.resize(capacity, true);
                        return null;
                    } catch (BackendException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Override
    public void close() {
        socket.close();
        worker.call(
                () -> {
                    disk.close();
                    return null;
                });
        worker.close();
    }
}
