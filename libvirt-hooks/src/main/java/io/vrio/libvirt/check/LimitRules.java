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

    /** Both move the guest's memory, and QEMU cannot tell which of it the server has written. */
    static Stream<Finding> migration(Subject subject) {
        return subject.domain().devices().isEmpty()
                ? Stream.empty()
                : Stream.of(
                        Finding.note(
                                Subject.DOMAIN,
                                "virsh save and migrate --live are refused by QEMU while it has"
                                        + " devices of vRIO",
                                "shut the guest down instead"));
    }
}
