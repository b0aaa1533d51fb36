// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

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
                .filter(described -> !subject.isColdPlugged(described))
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

    /** The IOhyp gives a device to one server at a time. */
    static Stream<Finding> migration(Subject subject) {
        return subject.domain().devices().isEmpty()
                ? Stream.empty()
                : Stream.of(
                        Finding.note(
                                Subject.DOMAIN,
                                "virsh migrate --live is refused: the other host cannot have its"
                                        + " devices while this one has them",
                                "shut it down here and start it there"));
    }
}
