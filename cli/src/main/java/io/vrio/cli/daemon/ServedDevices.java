// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import io.vrio.libvirt.hook.DeviceStanding;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.session.SessionStatus;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.Handover;
import io.vrio.server.worker.MoveOutcome;
import io.vrio.server.worker.SocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The devices of one kind that a server serves, by name, each with its socket; they come and go
 * while it runs. Any thread but the workers'.
 *
 * @param <R> what the IOhyp has behind such a device
 */
final class ServedDevices<R> implements AutoCloseable {
    /** Limit: devices of a kind of one server; each has descriptors and a flow. */
    private static final int DEVICES_MAX = 1024;

    /** What differs between disks and NICs. All on a worker's thread but for {@link #noun}. */
    interface Kind<R> {
        /** For error messages; in small letters it is the noun of the operator's command. */
        String noun();

        /** Where a new one is served. Not on a worker's thread. */
        ServerWorker home();

        R open(ServerWorker home, String name);

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

        /** How it goes from one worker to another, if it can. */
        Handover handover(R remote, ServerWorker from, ServerWorker to);

        void close(ServerWorker home, R remote);
    }

    /**
     * One of them.
     *
     * @param home the worker that serves it
     */
    record Served<R>(R remote, DeviceSocket socket, Path path, ServerWorker home) {
        /** Asks what is behind the device, on its worker. */
        <T> T ask(Function<R, T> question) {
            return home.worker().call(() -> question.apply(remote));
        }
    }

    /** The monitor that guards the devices. */
    private final ServerWorkers workers;

    private final Kind<R> kind;
    private final SocketPaths paths;
    private final SocketOptions socketOptions;
    private final TreeMap<String, Served<R>> devices = new TreeMap<>();

    /**
     * @param paths shared by all kinds of devices of this server
     */
    ServedDevices(
            ServerWorkers workers, Kind<R> kind, SocketPaths paths, SocketOptions socketOptions) {
        this.workers = workers;
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
        synchronized (workers) {
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
    }

    private Served<R> open(String name, Path path) {
        ServerWorker home = kind.home();
        R remote = home.worker().call(() -> kind.open(home, name));
        try {
            // A disk and a NIC may have one name.
            String label = command() + "/" + name;
            VirtioDevice device = home.worker().call(() -> kind.device(label, remote));
            return new Served<>(remote, openSocket(home, label, device, path), path, home);
        } catch (RuntimeException e) {
            on(home, () -> kind.close(home, remote));
            throw e;
        }
    }

    private DeviceSocket openSocket(
            ServerWorker home, String label, VirtioDevice device, Path path) {
        try {
            return DeviceSocket.open(home.worker(), label, device, path, socketOptions);
        } catch (RuntimeException e) {
            on(home, device::close);
            throw e;
        }
    }

    /** Ends the socket and gives the device back. */
    void delete(String name) throws ControlException {
        synchronized (workers) {
            close(find(name));
            devices.remove(name);
        }
    }

    /**
     * Has another worker serve a device from now on; its guest does not notice. One that ends with
     * it stays on the list, so that it is seen, and its name and socket are not used again, until
     * it is deleted.
     */
    MoveOutcome move(String name, ServerWorker to) throws ControlException {
        synchronized (workers) {
            Served<R> device = find(name);
            ServerWorker from = device.home();
            if (from == to) {
                return MoveOutcome.MOVED;
            }
            Handover handover = kind.handover(device.remote(), from, to);
            MoveOutcome outcome = device.socket().move(to.worker(), handover);
            if (outcome == MoveOutcome.MOVED) {
                devices.put(
                        name, new Served<>(device.remote(), device.socket(), device.path(), to));
            }
            return outcome;
        }
    }

    /**
     * Asks about a device, which stays where it is meanwhile.
     *
     * @param question not asked on a worker's thread
     */
    <T> T ask(String name, Function<Served<R>, T> question) throws ControlException {
        synchronized (workers) {
            return question.apply(find(name));
        }
    }

    /** Throws if there is none of this name. */
    void check(String name) throws ControlException {
        synchronized (workers) {
            find(name);
        }
    }

    private Served<R> find(String name) throws ControlException {
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
        synchronized (workers) {
            return devices.values().stream().allMatch(device -> device.ask(this::isAnswered));
        }
    }

    private boolean isAnswered(R remote) {
        return kind.isAttached(remote) || kind.refusal(remote) != null;
    }

    /** How it stands with one of them. */
    DeviceStanding standing(String name) throws ControlException {
        return ask(name, this::standing);
    }

    private DeviceStanding standing(Served<R> device) {
        Optional<Integer> frontend = device.socket().status().frontend().map(SessionStatus::pid);
        return device.ask(
                remote ->
                        new DeviceStanding(
                                kind.isAttached(remote),
                                Optional.ofNullable(kind.refusal(remote)),
                                frontend));
    }

    List<String> names() {
        synchronized (workers) {
            return List.copyOf(devices.keySet());
        }
    }

    /** Those that one worker serves, each with what one asks there. */
    <T> Map<String, T> ask(ServerWorker home, Function<R, T> question) {
        synchronized (workers) {
            return home.worker()
                    .call(
                            () -> {
                                Map<String, T> answers = new TreeMap<>();
                                devices.forEach(
                                        (name, device) -> {
                                            if (device.home() == home) {
                                                answers.put(name, question.apply(device.remote()));
                                            }
                                        });
                                return answers;
                            });
        }
    }

    private void close(Served<R> served) {
        served.socket().close();
        on(served.home(), () -> kind.close(served.home(), served.remote()));
        paths.release(served.path());
    }

    private static void on(ServerWorker home, Runnable close) {
        home.worker()
                .call(
                        () -> {
                            close.run();
                            return null;
                        });
    }

    /** Removes all sockets, the last one first. */
    @Override
    public void close() {
        synchronized (workers) {
            // All at once: each may have to wait a moment for what its guest has asked last.
            devices.values().forEach(device -> device.socket().beginClose());
            while (!devices.isEmpty()) {
                close(devices.pollLastEntry().getValue());
            }
        }
    }
}
