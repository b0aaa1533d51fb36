// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes a device out of a domain, and waits until it is out: libvirt says that it is done before a
 * running guest has let go.
 */
record Unplugging(GuestDomain guest, DeviceKind kind, Path socket, Patience patience) {
    /** Whether it was there; it no longer is. */
    boolean from(Scope scope) throws AdminException {
        Optional<DomainView> view = DomainView.of(guest, scope);
        Optional<VhostUserDevice> device = view.flatMap(seen -> seen.device(kind, socket));
        if (device.isEmpty()) {
            return false;
        }
        guest.detach(view.get().element(device.get()), scope);
        if (!patience.await(() -> !isIn(scope))) {
            throw new AdminException(
                    "the guest of %s has not let go of the %s at %s within %s, it still has it: is it"
                                    .formatted(guest.name(), kind.noun(), socket, patience.text())
                            + " still booting, hung, or is the device in use there? Try again later");
        }
        return true;
    }

    boolean isIn(Scope scope) throws AdminException {
        return DomainView.of(guest, scope).flatMap(seen -> seen.device(kind, socket)).isPresent();
    }
}
