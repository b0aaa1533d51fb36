// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import io.vrio.common.agent.Worker;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.net.MemoryNic;
import io.vrio.server.device.net.NetDevice;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.DeviceStatus;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A fixture: a NIC at a real socket whose network sends back whatever it is sent. */
final class ServedEchoNic implements AutoCloseable {
    static final int PAIRS = 2;

    private final Worker worker;
    private final MemoryNic nic = new MemoryNic();
    private final Path path;
    private final DeviceSocket socket;

    ServedEchoNic(Worker worker, String name, Path path) {
        this(worker, name, path, false);
    }

    ServedEchoNic(Worker worker, String name, Path path, boolean hangsUp) {
        this.worker = worker;
        this.path = path;
        nic.echo();
        NetDevice device = new NetDevice(name, nic, PAIRS);
        SocketOptions options =
                new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(1), hangsUp);
        socket = DeviceSocket.open(worker, name, device, path, options);
    }

    FakeFrontend connect() {
        return new FakeFrontend(UnixSocket.connect(path), () -> {});
    }

    DeviceStatus status() {
        return socket.status();
    }

    long counter(String name) {
        return status().counters().get(name);
    }

    /** Takes the network away, or brings it back. */
    void setLink(boolean isUp) {
        worker.call(
                () -> {
                    nic.change(nic.properties().withLink(isUp));
                    return null;
                });
    }

    @Override
    public void close() {
        socket.close();
        nic.close();
    }
}
