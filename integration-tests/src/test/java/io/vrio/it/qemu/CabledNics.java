// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.Nic;
import io.vrio.server.device.net.NetDevice;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.DeviceStatus;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Two NICs joined by a cable, each at a socket of its own, served by a worker of this process. */
final class CabledNics implements AutoCloseable {
    private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final int QUEUE_PAIRS_MAX = 4;
    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(10), false);

    private final Worker worker = new Worker("cabled-nics", NanoClock.SYSTEM, SPIN_NS);
    private final Path folder;
    private final NicCable cable;
    private final DeviceSocket left;
    private final DeviceSocket right;

    CabledNics(Path folder, int mtu) {
        this.folder = folder;
        cable = new NicCable(mtu);
        left = open("left", cable.left());
        right = open("right", cable.right());
        worker.start();
    }

    private DeviceSocket open(String name, Nic nic) {
        NetDevice device = new NetDevice(name, nic, QUEUE_PAIRS_MAX);
        return DeviceSocket.open(worker, name, device, path(name), OPTIONS);
    }

    private Path path(String name) {
        return folder.resolve(name + ".sock");
    }

    Path left() {
        return path("left");
    }

    Path right() {
        return path("right");
    }

    /** For messages of failures: what is not zero. */
    String counters() {
        return "\nleft: " + counters(left.status()) + "\nright: " + counters(right.status());
    }

    private static Map<String, Long> counters(DeviceStatus status) {
        Map<String, Long> counters = new TreeMap<>(status.counters());
        counters.values().removeIf(value -> value == 0);
        return counters;
    }

    /** Plugs the cable in, or pulls it. */
    void setLink(boolean isUp) {
        worker.call(
                () -> {
                    cable.setLink(isUp);
                    return null;
                });
    }

    @Override
    public void close() {
        left.close();
        right.close();
        worker.close();
    }
}
