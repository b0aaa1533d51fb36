// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes one device out of one domain, and from the server when it was made for that domain. For one
 * command; one thread.
 */
public final class Detachment {
    private final AttachWish wish;
    private final Hypervisor hypervisor;
    private final DeviceServer server;
    private final Patience patience;

    public Detachment(
            AttachWish wish, Hypervisor hypervisor, DeviceServer server, Patience patience) {
        this.wish = wish;
        this.hypervisor = hypervisor;
        this.server = server;
        this.patience = patience;
    }

    /**
     * @throws AdminException with one line; nothing at the server is freed then
     */
    public void detach() throws AdminException {
        GuestDomain guest = wish.guest(hypervisor);
        Optional<ServedDevice> present = server.find(wish.kind(), wish.name());
        Path socket = present.isPresent() ? present.get().socket() : server.socket(wish.name());
        Unplugging unplugging = new Unplugging(guest, wish.kind(), socket, patience);
        boolean wasThere = false;
        // The guest first: when it does not let go, the next start shall find what runs now.
        for (Scope scope : wish.scopes(guest)) {
            wasThere |= unplugging.from(scope);
        }
        if (!wasThere) {
            throw new AdminException(
                    "%s (%s) is not attached to domain %s%s"
                            .formatted(wish.label(), socket, guest.name(), hint(unplugging)));
        }
        if (present.isPresent() && present.get().isMadeFor(guest) && !isNamed(guest, socket)) {
            delete();
        }
    }

    private static String hint(Unplugging unplugging) throws AdminException {
        return unplugging.isIn(Scope.CONFIG)
                ? " as it runs; with --persistent it is taken out of its definition"
                : "";
    }

    /** Whether the domain still wants it, now or at its next start. */
    private boolean isNamed(GuestDomain guest, Path socket) throws AdminException {
        for (Scope scope : Scope.values()) {
            Optional<DomainView> view = DomainView.of(guest, scope);
            if (view.isPresent()
                    && (view.get().hasSocket(socket)
                            || view.get().isDescribed(wish.kind(), wish.name()))) {
                return true;
            }
        }
        return false;
    }

    private void delete() throws AdminException {
        boolean isLeft =
                patience.await(
                        () ->
                                server.find(wish.kind(), wish.name())
                                        .flatMap(Detachment::frontend)
                                        .isEmpty());
        if (!isLeft) {
            throw new AdminException(
                    "%s is out of the domain, but QEMU is still connected after %s: the server goes on with it"
                            .formatted(wish.label(), patience.text()));
        }
        if (server.find(wish.kind(), wish.name()).isPresent()) {
            server.delete(wish.kind(), wish.name());
        }
    }

    private static Optional<Long> frontend(ServedDevice device) {
        return device.frontend().isPresent()
                ? Optional.of(device.frontend().getAsLong())
                : Optional.empty();
    }
}
