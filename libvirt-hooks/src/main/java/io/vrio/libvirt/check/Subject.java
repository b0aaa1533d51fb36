// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainDetails;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** What a rule looks at: a domain, and the machine that it shall run on. */
record Subject(DomainDetails details, Host host) {
    /** What findings say that are about the whole domain. */
    static final String DOMAIN = "domain";

    Domain domain() {
        return details.domain();
    }

    /** The device as its domain names it. */
    static String where(VhostUserDevice device) {
        return switch (device.kind()) {
            case DISK -> ("disk " + device.target()).strip();
            case NIC -> ("interface " + device.mac()).strip();
        };
    }

    /** What serves it here, if anything does. */
    Optional<ServedDevice> served(VhostUserDevice device) {
        Path path = path(device.socket());
        return host.server().stream()
                .flatMap(server -> server.devices().stream())
                .filter(served -> path(served.socket()).equals(path))
                .findFirst();
    }

    /** Whether the hook will see to it that the server listens there before QEMU starts. */
    boolean isMadeByHook(VhostUserDevice device) {
        Path path = path(device.socket());
        boolean isOurs =
                host.server()
                        .filter(server -> server.socketFolder().equals(path.getParent()))
                        .isPresent();
        boolean isDescribed =
                domain().described().stream()
                        .anyMatch(
                                described ->
                                        described.kind() == device.kind()
                                                && described.socket().equals(Optional.of(path)));
        return host.hasHook() && host.server().isPresent() && (isOurs || isDescribed);
    }

    /** Normal form, so that two spellings of one path are equal. */
    static Path path(String written) {
        try {
            return Path.of(written).normalize();
        } catch (InvalidPathException e) {
            // Nothing is there, as with any path that does not exist.
            return Path.of("/");
        }
    }
}
