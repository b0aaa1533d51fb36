// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import io.vrio.common.agent.Worker;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.DeviceStatus;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A fixture: a disk in memory at a real socket, served by a worker that runs. */
final class ServedMemoryDisk implements AutoCloseable {
    static final long CAPACITY = 1 << 20;
    static final int QUEUES = 2;

    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(1), false);

    private final MemoryDisk disk = MemoryDisk.ofCapacity(CAPACITY);
    private final Path path;
    private final DeviceSocket socket;

    ServedMemoryDisk(Worker worker, String name, Path path) {
        this.path = path;
        BlockDevice device = new BlockDevice(name, disk, QUEUES);
        socket = DeviceSocket.open(worker, name, device, path, OPTIONS);
    }

    FakeFrontend connect() {
        return new FakeFrontend(UnixSocket.connect(path), () -> {});
    }

    DeviceStatus status() {
        return socket.status();
    }

    @Override
    public void close() {
        socket.close();
        disk.close();
    }
}
