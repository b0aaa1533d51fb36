// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceDetails;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What QEMU itself cannot do. */
final class QemuRules {
    static final List<Rule> ALL =
            List.of(
                    QemuRules::version,
                    Rule.eachDevice(QemuRules::vectors),
                    QemuRules::vectorsOfHotPlugged,
                    Rule.eachDevice(QemuRules::iommu));

    /** The first QEMU whose emulation (TCG) survives MSI-X of a vhost-user NIC. */
    private static final int VERSION_MENDED = 8;

    private static final String ONE_QUEUE = "xml-templates/tcg-one-queue.xml";
    private static final String SEVERAL_QUEUES = "xml-templates/tcg-several-queues.xml";

    private QemuRules() {}

    private static boolean isEmulated(Subject subject) {
        return subject.domain().type().equals("qemu");
    }

    private static Optional<Integer> version(String emulator, Subject subject) {
        return subject.host().qemuVersion(emulator);
    }

    private static boolean hasNic(Subject subject) {
        return subject.domain().devices().stream()
                        .anyMatch(device -> device.kind() == DeviceKind.NIC)
                || subject.domain().described().stream()
                        .anyMatch(device -> device.kind() == DeviceKind.NIC);
    }

    private static boolean isFragile(Subject subject) {
        return isEmulated(subject)
                && version(subject.details().emulator(), subject).orElse(0) < VERSION_MENDED;
    }

    static Stream<Finding> version(Subject subject) {
        boolean isKnown = version(subject.details().emulator(), subject).isPresent();
        return isKnown || !isEmulated(subject) || !hasNic(subject)
                ? Stream.empty()
                : Stream.of(
                        Finding.note(
                                Subject.DOMAIN,
                                "not checked: the version of QEMU, which did not tell it; taken"
                                        + " for one before 8.0",
                                ""));
    }

    static Stream<Finding> vectors(Subject subject, DeviceDetails device) {
        if (device.device().kind() != DeviceKind.NIC || !isFragile(subject)) {
            return Stream.empty();
        }
        boolean isOneQueue = device.device().queues() == 1;
        // With several queue pairs libvirt writes vectors= itself, which wins over -global.
        boolean isSafe =
                subject.details().withoutVectors().contains(device.alias())
                        || isOneQueue && subject.details().hasNoVectors();
        return isSafe
                ? Stream.empty()
                : Stream.of(
                        Finding.error(
                                Subject.where(device.device()),
                                "QEMU before 8.0 without KVM dies when the guest uses a vhost-user"
                                        + " NIC with MSI-X",
                                "add vectors=0 as in "
                                        + (isOneQueue
                                                ? ONE_QUEUE
                                                : SEVERAL_QUEUES
                                                        + " for alias "
                                                        + device.alias())));
    }

    static Stream<Finding> vectorsOfHotPlugged(Subject subject) {
        if (!isFragile(subject) || subject.details().hasNoVectors()) {
            return Stream.empty();
        }
        return subject.domain().described().stream()
                .filter(described -> described.kind() == DeviceKind.NIC)
                .filter(described -> !subject.isColdPlugged(described))
                .map(
                        described ->
                                Finding.warning(
                                        "metadata of " + described.name(),
                                        "QEMU before 8.0 without KVM will die when this NIC is"
                                                + " hot-plugged and the guest uses it",
                                        "add vectors=0 as in " + ONE_QUEUE));
    }

    static Stream<Finding> iommu(Subject subject, DeviceDetails device) {
        return device.settings().contains("driver iommu=on")
                ? Stream.of(
                        Finding.error(
                                Subject.where(device.device()),
                                "iommu='on': the server has no virtual IOMMU, QEMU does not start",
                                "leave it out"))
                : Stream.empty();
    }
}
