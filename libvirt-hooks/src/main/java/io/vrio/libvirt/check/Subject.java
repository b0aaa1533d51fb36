// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DescribedDevice;
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

    /** Whether what our metadata describes is among the domain's devices as well. */
    boolean isColdPlugged(DescribedDevice described) {
        return domain().devices().stream()
                .filter(device -> device.kind() == described.kind())
                .map(device -> path(device.socket()))
                .anyMatch(path -> path.equals(socket(described)));
    }

    private Path socket(DescribedDevice described) {
        String file = described.name() + ".sock";
        return described
                .socket()
                .or(() -> host.server().map(server -> server.socketFolder().resolve(file)))
                .orElse(Path.of("/run/vrio", file));
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
