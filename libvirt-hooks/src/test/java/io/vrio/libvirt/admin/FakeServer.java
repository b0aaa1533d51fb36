// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.ServedDevice.State;
import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A server without guests and without an IOhyp, which answers as it is told. */
final class FakeServer implements DeviceServer {
    /** A device of it, as a test wants it. */
    static final class Entry {
        final DeviceKind kind;
        final String name;
        Path socket;
        State state = State.ATTACHED;
        String reason = "";
        String mac = "";
        OptionalLong frontend = OptionalLong.empty();
        Optional<String> domain = Optional.empty();

        Entry(DeviceKind kind, String name) {
            this.kind = kind;
            this.name = name;
            socket = Path.of("/run/vrio", name + ".sock");
        }

        private ServedDevice device() {
            return new ServedDevice(kind, name, socket, state, reason, mac, 16, frontend, domain);
        }

        private boolean is(DeviceKind otherKind, String otherName) {
            return kind == otherKind && name.equals(otherName);
        }
    }

    private final List<String> calls = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private Consumer<Entry> maker = entry -> {};
    private String instance = "1";
    private String problem = "";

    synchronized Entry serve(DeviceKind kind, String name) {
        Entry entry = new Entry(kind, name);
        entries.add(entry);
        return entry;
    }

    /** How what is created from now on differs from what is attached at once. */
    synchronized void make(Consumer<Entry> newMaker) {
        maker = newMaker;
    }

    /** QEMU connects to, or leaves, the sockets of all devices. */
    synchronized void connect(OptionalLong frontend) {
        entries.forEach(entry -> entry.frontend = frontend);
    }

    /** It is away from now on; with an empty text it is back. */
    synchronized void fail(String newProblem) {
        problem = newProblem;
    }

    /** It has lost all and is another run. */
    synchronized void restart() {
        entries.clear();
        instance += "1";
        problem = "";
    }

    synchronized List<String> names() {
        return entries.stream().map(entry -> entry.name).sorted().toList();
    }

    /** What was asked of it, besides questions. */
    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    private void check() throws AdminException {
        if (!problem.isEmpty()) {
            throw new AdminException(problem);
        }
    }

    @Override
    public synchronized String instance() throws AdminException {
        check();
        return instance;
    }

    @Override
    public Path socket(String name) {
        return Path.of("/run/vrio", name + ".sock");
    }

    @Override
    public synchronized List<ServedDevice> all() throws AdminException {
        check();
        return entries.stream().map(Entry::device).toList();
    }

    @Override
    public synchronized ServedDevice create(
            DeviceKind kind, String name, Path socket, GuestDomain owner) throws AdminException {
        check();
        calls.add("create " + name);
        if (name.startsWith("bad")) {
            throw new AdminException("no socket can be there");
        }
        Entry entry = serve(kind, name);
        entry.socket = socket;
        entry.domain = Optional.of(owner.uuid());
        maker.accept(entry);
        return entry.device();
    }

    @Override
    public synchronized void delete(DeviceKind kind, String name) throws AdminException {
        check();
        calls.add("delete " + name);
        entries.removeIf(entry -> entry.is(kind, name));
    }
}
