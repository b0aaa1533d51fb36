// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.DevicePlaces;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainXml;
import io.vrio.libvirt.domain.DomainXmlException;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** A domain in one scope, as it was at one moment. */
record DomainView(Domain domain, DevicePlaces places) {
    /** None where there is none in this scope, or no longer. */
    static Optional<DomainView> of(GuestDomain guest, Scope scope) throws AdminException {
        Optional<String> xml = guest.xml(scope);
        return xml.isEmpty() ? Optional.empty() : Optional.of(of(guest, xml.get()));
    }

    /**
     * @throws AdminException when nobody can read it
     */
    static DomainView of(GuestDomain guest, String xml) throws AdminException {
        try {
            return new DomainView(DomainXml.parse(xml), DevicePlaces.read(xml));
        } catch (DomainXmlException e) {
            throw new AdminException("domain " + guest.name() + ": " + e.getMessage(), e);
        }
    }

    Optional<VhostUserDevice> device(DeviceKind kind, Path socket) {
        return domain.devices().stream()
                .filter(device -> device.kind() == kind && isAt(socket, device))
                .findFirst();
    }

    /** Whatever its kind. */
    boolean hasSocket(Path socket) {
        return domain.devices().stream().anyMatch(device -> isAt(socket, device));
    }

    boolean isDescribed(DeviceKind kind, String name) {
        return domain.described().stream()
                .anyMatch(device -> device.kind() == kind && device.name().equals(name));
    }

    /** The element of a device of this view. */
    String element(VhostUserDevice device) {
        return places.element(device.kind(), device.socket())
                .orElseThrow(() -> new IllegalStateException("not of this view: " + device));
    }

    private static boolean isAt(Path socket, VhostUserDevice device) {
        try {
            return Path.of(device.socket()).normalize().equals(socket.normalize());
        } catch (InvalidPathException e) {
            // No file can have this name, ours neither.
            return false;
        }
    }
}
