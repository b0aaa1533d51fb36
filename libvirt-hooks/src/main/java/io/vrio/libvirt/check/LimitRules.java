// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What works now and will not work later. */
final class LimitRules {
    static final List<Rule> ALL =
            List.of(LimitRules::ports, LimitRules::hotPlugged, LimitRules::migration);

    private LimitRules() {}

    /** Other machines than these have slots on their first bus. */
    static Stream<Finding> ports(Subject subject) {
        boolean needsPorts = subject.domain().machine().matches(".*q35.*|virt.*");
        return !needsPorts || subject.details().ports().free() > 0
                ? Stream.empty()
                : Stream.of(
                        Finding.warning(
                                Subject.DOMAIN,
                                "no free PCI Express port: virsh attach-device will fail",
                                "add <controller type='pci' model='pcie-root-port'/>, one for each"
                                        + " device to come"));
    }

    static Stream<Finding> hotPlugged(Subject subject) {
        return subject.domain().described().stream()
                .filter(described -> !isColdPlugged(subject, described))
                .map(
                        described ->
                                Finding.note(
                                        "metadata of " + described.name(),
                                        "hot-plugged by libvirt 9, this %s does not come back after"
                                                        .formatted(described.kind().noun())
                                                + " a restart of the server",
                                        "detach it before such a restart, or restart the guest"
                                                + " after it"));
    }

    private static boolean isColdPlugged(Subject subject, DescribedDevice described) {
        return subject.domain().devices().stream()
                .filter(device -> device.kind() == described.kind())
                .map(device -> Subject.path(device.socket()))
                .anyMatch(path -> path.equals(socket(subject, described)));
    }

    private static Path socket(Subject subject, DescribedDevice described) {
        String file = described.name() + ".sock";
        return described
                .socket()
                .or(
                        () ->
                                subject.host()
                                        .server()
                                        .map(server -> server.socketFolder().resolve(file)))
                .orElse(Path.of("/run/vrio", file));
    }

    static Stream<Finding> migration(Subject subject) {
        boolean hasNic =
                subject.domain().devices().stream()
                        .anyMatch(device -> device.kind() == DeviceKind.NIC);
        String problem =
                hasNic
                        ? "virsh migrate --live is refused by QEMU while it has these NICs"
                        : "virsh migrate --live is not supported with these disks";
        return subject.domain().devices().isEmpty()
                ? Stream.empty()
                : Stream.of(
                        Finding.note(
                                Subject.DOMAIN, problem, "save and restore it, or restart it"));
    }
}
