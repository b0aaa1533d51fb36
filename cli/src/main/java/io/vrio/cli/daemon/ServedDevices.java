// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import io.vrio.libvirt.hook.DeviceStanding;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.session.SessionStatus;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The devices of one kind that a server serves, by name, each with its socket; they come and go
 * while it runs. Main thread, then control thread.
 *
 * @param <R> what the IOhyp has behind such a device
 */
final class ServedDevices<R> implements AutoCloseable {
    /** Limit: devices of a kind of one server; each has descriptors and a flow. */
    private static final int DEVICES_MAX = 1024;

    /** What differs between disks and NICs. All on the worker's thread but {@link #noun}. */
    interface Kind<R> {
        /** For error messages; in small letters it is the noun of the operator's command. */
        String noun();

        R open(String name);

        /**
         * Leaves {@code remote} open when it is closed.
         *
         * @param label for logs
         */
        VirtioDevice device(String label, R remote);

        /** Whether the IOhyp has given it. */
        boolean isAttached(R remote);

        /** Why the IOhyp has refused it, or null. */
        String refusal(R remote);

        void close(R remote);
    }

    /** One of them. */
    record Served<R>(R remote, DeviceSocket socket, Path path) {}

    private final Worker worker;
    private final Kind<R> kind;
    private final SocketPaths paths;
    private final SocketOptions socketOptions;
    private final TreeMap<String, Served<R>> devices = new TreeMap<>();

    /**
     * @param paths shared by all kinds of devices of this server
     */
    ServedDevices(Worker worker, Kind<R> kind, SocketPaths paths, SocketOptions socketOptions) {
        this.worker = worker;
        this.kind = kind;
        this.paths = paths;
        this.socketOptions = socketOptions;
    }

    /**
     * Serves a device of the IOhyp from now on, also while the IOhyp is away or does not have it
     * yet.
     *
     * @throws ControlException when it is served already, or another device has this path
     * @throws io.vrio.common.sys.SocketPathException when there can be no socket at {@code path}
     */
    void create(String name, Path path) throws ControlException {
        if (devices.containsKey(name)) {
            throw new ControlException(kind.noun() + " " + name + " is served already");
        }
        if (devices.size() == DEVICES_MAX) {
            throw new ControlException(
                    "there are " + DEVICES_MAX + " " + kind.noun() + "s already; delete one");
        }
        paths.claim(path, kind.noun() + " " + name);
        try {
            devices.put(name, open(name, path));
        } catch (RuntimeException e) {
            paths.release(path);
            throw e;
        }
    }

    private Served<R> open(String name, Path path) {
        R remote = worker.call(() -> kind.open(name));
        try {
            // A disk and a NIC may have one name.
            String label = command() + "/" + name;
            VirtioDevice device = worker.call(() -> kind.device(label, remote));
            return new Served<>(remote, openSocket(label, device, path), path);
        } catch (RuntimeException e) {
            onWorker(() -> kind.close(remote));
            throw e;
        }
    }

    private DeviceSocket openSocket(String label, VirtioDevice device, Path path) {
        try {
            return DeviceSocket.open(worker, label, device, path, socketOptions);
        } catch (RuntimeException e) {
            onWorker(device::close);
            throw e;
        }
    }

    /** Ends the socket and gives the device back. */
    void delete(String name) throws ControlException {
        close(find(name));
        devices.remove(name);
    }

    Served<R> find(String name) throws ControlException {
        Served<R> device = devices.get(name);
        if (device == null) {
            throw new ControlException(
                    "this server does not serve a %s %s; see vrio %s list"
                            .formatted(kind.noun(), name, command()));
        }
        return device;
    }

    /** The noun of the operator's command. */
    private String command() {
        return kind.noun().toLowerCase(Locale.ROOT);
    }

    /** Whether the IOhyp has given or refused each of them. */
    boolean areAnswered() {
        return worker.call(
                () -> devices.values().stream().map(Served::remote).allMatch(this::isAnswered));
    }

    private boolean isAnswered(R remote) {
        return kind.isAttached(remote) || kind.refusal(remote) != null;
    }

    /** How it stands with one of them. */
    DeviceStanding standing(String name) throws ControlException {
        Served<R> device = find(name);
        Optional<Integer> frontend = device.socket().status().frontend().map(SessionStatus::pid);
        return worker.call(
                () ->
                        new DeviceStanding(
                                kind.isAttached(device.remote()),
                                Optional.ofNullable(kind.refusal(device.remote())),
                                frontend));
    }

    List<String> names() {
        return List.copyOf(devices.keySet());
    }

    private void close(Served<R> served) {
        served.socket().close();
        onWorker(() -> kind.close(served.remote()));
        paths.release(served.path());
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
        devices.values().forEach(device -> device.socket().beginClose());
        while (!devices.isEmpty()) {
            close(devices.pollLastEntry().getValue());
        }
    }
}
