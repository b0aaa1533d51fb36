// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.common.io.MacAddress;
import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceElement;
import io.vrio.libvirt.domain.DevicePlaces;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Attaches one device of the IOhyp to one domain: serves it, waits for it, plugs it in; or leaves
 * nothing behind. For one command; one thread.
 */
public final class Attachment {
    private final AttachWish wish;
    private final DeviceServer server;
    private final Patience patience;
    private final List<GuestDomain> others;
    private final GuestDomain guest;
    private final Set<Scope> scopes;
    private final UndoStack done = new UndoStack();

    /**
     * What came of it.
     *
     * @param place where the guest has it: the name of a disk, the address of a NIC
     */
    public record Attached(
            String label, String domain, String place, boolean isLive, boolean isPersistent) {
        /** The newest libvirt that was seen to forget what it is told: 9.0. */
        private static final long FORGETFUL_VERSION_MAX = 9_000_999;

        /**
         * What the operator must know of a device that was plugged into a guest that runs: QEMU
         * connects to it once, and not again.
         *
         * @param version of libvirt
         */
        public Optional<String> warning(long version) {
            if (!isLive) {
                return Optional.empty();
            }
            String known = version <= FORGETFUL_VERSION_MAX ? "does not pass" : "may not pass";
            String later = isPersistent ? "; from the next start of " + domain + " on it does" : "";
            return Optional.of(
                    "libvirt %d.%d.%d %s <reconnect> on to a guest that runs: %s does not come back after a"
                                    .formatted(
                                            version / 1_000_000,
                                            version / 1000 % 1000,
                                            version % 1000,
                                            known,
                                            label)
                            + " restart of vrio server until it is detached and attached again"
                            + later);
        }
    }

    /**
     * @throws AdminException when the domain is not there, or not as it was wished for
     */
    public Attachment(
            AttachWish wish, Hypervisor hypervisor, DeviceServer server, Patience patience)
            throws AdminException {
        this.wish = wish;
        this.server = server;
        this.patience = patience;
        guest = wish.guest(hypervisor);
        scopes = wish.scopes(guest);
        others =
                hypervisor.all().stream()
                        .filter(domain -> !domain.uuid().equals(guest.uuid()))
                        .toList();
    }

    /**
     * @throws AdminException with one line that says what failed, and that nothing is left of it
     */
    public Attached attach() throws AdminException {
        Optional<ServedDevice> present = server.find(wish.kind(), wish.name());
        Path socket = present.isPresent() ? present.get().socket() : server.socket(wish.name());
        List<DomainView> views = views();
        for (DomainView view : views) {
            checkRoom(view, socket);
        }
        checkOthers(socket);
        checkFree(present);
        String target = target(views);
        try {
            ServedDevice device = present.isPresent() ? present.get() : create(socket);
            device = awaitIohyp(device);
            plugIn(element(device, target), socket);
            awaitFrontend();
            return new Attached(
                    wish.label(),
                    guest.name(),
                    place(socket),
                    scopes.contains(Scope.LIVE),
                    scopes.contains(Scope.CONFIG));
        } catch (AdminException e) {
            throw done.after(e);
        }
    }

    private List<DomainView> views() throws AdminException {
        List<DomainView> views = new ArrayList<>();
        for (Scope scope : scopes) {
            DomainView.of(guest, scope).ifPresent(views::add);
        }
        if (views.size() != scopes.size()) {
            throw new AdminException("domain " + guest.name() + " has just stopped or gone away");
        }
        return views;
    }

    private void checkRoom(DomainView view, Path socket) throws AdminException {
        Optional<VhostUserDevice> device = view.device(wish.kind(), socket);
        if (device.isPresent()) {
            throw new AdminException(
                    "%s is attached to domain %s already, as %s"
                            .formatted(wish.label(), guest.name(), place(device.get())));
        }
        if (!view.domain().isMemoryShared()) {
            throw new AdminException(
                    "the memory of domain %s is not shared, so nobody else can serve its devices: add"
                                    .formatted(guest.name())
                            + " <memoryBacking><source type='memfd'/><access mode='shared'/>"
                            + "</memoryBacking> with virsh edit, and start it anew");
        }
        if (scopes.contains(Scope.LIVE) && !view.places().hasFreePort()) {
            throw new AdminException(
                    "domain %s has no free PCI port: add <controller type='pci' model='pcie-root-port'/>"
                                    .formatted(guest.name())
                            + " for each device that shall be plugged in, and start it anew");
        }
    }

    private void checkOthers(Path socket) throws AdminException {
        for (GuestDomain other : others) {
            for (Scope scope : Scope.values()) {
                Optional<DomainView> view = DomainView.of(other, scope);
                if (view.isPresent() && view.get().hasSocket(socket)) {
                    throw new AdminException(
                            "domain %s has %s (%s): detach it there first"
                                    .formatted(other.name(), wish.label(), socket));
                }
            }
        }
    }

    private void checkFree(Optional<ServedDevice> present) throws AdminException {
        if (present.isPresent() && present.get().frontend().isPresent()) {
            throw new AdminException(
                    "%s is in use by process %d, which is no domain of this libvirt"
                            .formatted(wish.label(), present.get().frontend().getAsLong()));
        }
    }

    /** Of a disk; empty for a NIC, which libvirt names. */
    private String target(List<DomainView> views) throws AdminException {
        Set<String> taken = new TreeSet<>();
        views.forEach(view -> taken.addAll(view.places().targets()));
        if (wish.target().isPresent() && taken.contains(wish.target().get())) {
            throw new AdminException(
                    "domain %s has another disk %s: choose another --target, or none for the next one"
                            .formatted(guest.name(), wish.target().get()));
        }
        return switch (wish.kind()) {
            case DISK ->
                    wish.target()
                            .or(() -> DevicePlaces.freeTarget(taken))
                            .orElseThrow(
                                    () ->
                                            new AdminException(
                                                    "domain "
                                                            + guest.name()
                                                            + " is full of disks"));
            case NIC -> "";
        };
    }

    private ServedDevice create(Path socket) throws AdminException {
        ServedDevice device = server.create(wish.kind(), wish.name(), socket, guest);
        done.push(() -> server.delete(wish.kind(), wish.name()));
        return device;
    }

    private ServedDevice awaitIohyp(ServedDevice first) throws AdminException {
        // A holder, because a look returns one bit.
        ServedDevice[] last = {first};
        boolean isAnswered =
                patience.await(
                        () -> {
                            last[0] = served();
                            return last[0].state() != ServedDevice.State.WAITING;
                        });
        if (!isAnswered) {
            throw new AdminException(
                    "the IOhyp has not answered for %s within %s: is it running, and reached (vrio peer list)?"
                            .formatted(wish.label(), patience.text()));
        }
        if (last[0].state() == ServedDevice.State.REFUSED) {
            throw new AdminException(
                    "the IOhyp refuses %s: %s".formatted(wish.label(), last[0].reason()));
        }
        return last[0];
    }

    private ServedDevice served() throws AdminException {
        return server.find(wish.kind(), wish.name())
                .orElseThrow(
                        () -> new AdminException("the server has stopped serving " + wish.label()));
    }

    private String element(ServedDevice device, String target) throws AdminException {
        String socket = device.socket().toString();
        if (wish.queues().orElse(1) > device.queuesMax()) {
            throw new AdminException(
                    "%s has %d queues, not %d: QEMU would refuse it"
                            .formatted(wish.label(), device.queuesMax(), wish.queues().getAsInt()));
        }
        return switch (wish.kind()) {
            case DISK -> DeviceElement.disk(socket, target, wish.queues()).text();
            case NIC -> DeviceElement.nic(socket, mac(device), wish.queues()).text();
        };
    }

    private Optional<String> mac(ServedDevice nic) throws AdminException {
        Optional<String> bound = Optional.of(nic.mac()).filter(mac -> !mac.isEmpty());
        if (bound.isPresent()
                && wish.mac().isPresent()
                && MacAddress.parse(bound.get()) != MacAddress.parse(wish.mac().get())) {
            throw new AdminException(
                    "the IOhyp's %s has the address %s and passes no frames of another: omit --mac"
                            .formatted(wish.label(), bound.get()));
        }
        return wish.mac().or(() -> bound);
    }

    private void plugIn(String element, Path socket) throws AdminException {
        // Before, and not after: a libvirt that fails, or is lost, may have done a part of it.
        done.push(() -> unplug(socket));
        guest.attach(element, scopes);
    }

    private void unplug(Path socket) throws AdminException {
        Unplugging unplugging = new Unplugging(guest, wish.kind(), socket, patience.steadfast());
        for (Scope scope : scopes) {
            unplugging.from(scope);
        }
    }

    private void awaitFrontend() throws AdminException {
        boolean isThere =
                !scopes.contains(Scope.LIVE)
                        || patience.await(() -> served().frontend().isPresent());
        if (!isThere) {
            throw new AdminException(
                    "QEMU has not connected to %s within %s"
                            .formatted(wish.label(), patience.text()));
        }
    }

    private String place(Path socket) throws AdminException {
        for (DomainView view : views()) {
            Optional<VhostUserDevice> device = view.device(wish.kind(), socket);
            if (device.isPresent()) {
                return place(device.get());
            }
        }
        throw new AdminException("libvirt has lost " + wish.label() + " again");
    }

    private static String place(VhostUserDevice device) {
        return switch (device.kind()) {
            case DISK -> device.target();
            case NIC -> device.mac();
        };
    }
}
