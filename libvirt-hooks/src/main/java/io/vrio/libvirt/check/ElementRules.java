// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceDetails;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What libvirt refuses to have in the element of such a device, and what does it instead. */
final class ElementRules {
    static final List<Rule> ALL =
            List.of(
                    Rule.eachDevice(ElementRules::refused),
                    Rule.eachDevice(ElementRules::disk),
                    Rule.eachDevice(ElementRules::model),
                    Rule.eachDevice(ElementRules::withoutEffect));

    private static final String NO_MODE_OF_IO =
            "leave it out: QEMU does not do this disk's I/O; see the options of its backend at the"
                    + " IOhyp";
    private static final String NOT_YET = "leave it out; vRIO has nothing for it yet";
    private static final String SHOWN_BY_IOHYP =
            "leave it out; the guest is told a serial by the IOhyp (vrio disk show)";

    private static final Map<String, String> REFUSED_OF_DISKS = new LinkedHashMap<>();

    /** libvirt 9 refuses them at the start or before. */
    private static final Map<String, String> REFUSED_OF_NICS =
            Map.of(
                    "mtu",
                    "leave it out; for another MTU than 1500 see xml-templates/nic-mtu.xml",
                    "vlan",
                    "leave it out, and say vlan=N in the backend of the NIC at the IOhyp",
                    "coalesce",
                    "leave it out",
                    "port isolated=yes",
                    "leave it out; each guest on a VLAN of its own is isolated");

    /** libvirt 9 takes them and does nothing. */
    private static final Map<String, String> IDLE_OF_NICS =
            Map.of(
                    "bandwidth", NOT_YET,
                    "filterref", "filter on the I/O host, at the interface of the NIC's backend",
                    "link state=down", "use vrio nic set-link NAME down on the I/O host");

    static {
        REFUSED_OF_DISKS.put("serial", SHOWN_BY_IOHYP);
        REFUSED_OF_DISKS.put("wwn", SHOWN_BY_IOHYP);
        REFUSED_OF_DISKS.put("vendor", SHOWN_BY_IOHYP);
        REFUSED_OF_DISKS.put("product", SHOWN_BY_IOHYP);
        REFUSED_OF_DISKS.put(
                "readonly", "leave it out, and make the disk read-only at the IOhyp (its backend)");
        REFUSED_OF_DISKS.put("shareable", "leave it out: a disk has one guest");
        REFUSED_OF_DISKS.put("transient", NOT_YET);
        REFUSED_OF_DISKS.put("iotune", NOT_YET);
        REFUSED_OF_DISKS.put("encryption", NOT_YET);
        REFUSED_OF_DISKS.put(
                "backingStore",
                "leave it out; images with others behind them" + " belong to the IOhyp");
        REFUSED_OF_DISKS.put(
                "blockio", "leave it out: the IOhyp tells the guest the backend's block size");
        REFUSED_OF_DISKS.put("geometry", "leave it out; guests go by sectors");
        REFUSED_OF_DISKS.put(
                "driver cache",
                "leave it out; the guest's flushes are obeyed, and 'direct' of a file's backend at"
                        + " the IOhyp is cache='none'");
        REFUSED_OF_DISKS.put("driver discard", "leave it out: discards give space back always");
        REFUSED_OF_DISKS.put("driver detect_zeroes", NO_MODE_OF_IO);
        REFUSED_OF_DISKS.put("driver io", NO_MODE_OF_IO);
        REFUSED_OF_DISKS.put("driver ioeventfd", NO_MODE_OF_IO);
        REFUSED_OF_DISKS.put("driver iothread", NO_MODE_OF_IO);
        REFUSED_OF_DISKS.put("driver copy_on_read", NO_MODE_OF_IO);
        REFUSED_OF_DISKS.put(
                "driver error_policy", "leave it out; --io-timeout of vrio server decides");
        REFUSED_OF_DISKS.put(
                "driver rerror_policy", "leave it out; --io-timeout of vrio server decides");
    }

    private ElementRules() {}

    static Stream<Finding> refused(Subject subject, DeviceDetails device) {
        DeviceKind kind = device.device().kind();
        Map<String, String> refused =
                switch (kind) {
                    case DISK -> REFUSED_OF_DISKS;
                    case NIC -> REFUSED_OF_NICS;
                };
        return refused.entrySet().stream()
                .filter(setting -> device.settings().contains(setting.getKey()))
                .map(
                        setting ->
                                Finding.error(
                                        Subject.where(device.device()),
                                        "libvirt refuses %s of a vhostuser %s"
                                                .formatted(
                                                        written(setting.getKey()), kind.element()),
                                        setting.getValue()));
    }

    private static String written(String setting) {
        return setting.startsWith("driver ")
                ? setting.substring(setting.indexOf(' ') + 1) + "= of the <driver>"
                : "<" + setting + ">";
    }

    static Stream<Finding> disk(Subject subject, DeviceDetails device) {
        boolean isOther =
                device.settings().stream()
                        .anyMatch(setting -> setting.matches("device=(cdrom|lun|floppy)"));
        return device.device().kind() == DeviceKind.DISK && isOther
                ? Stream.of(
                        Finding.error(
                                Subject.where(device.device()),
                                "libvirt has vhostuser disks of device='disk' alone",
                                "write device='disk'"))
                : Stream.empty();
    }

    static Stream<Finding> model(Subject subject, DeviceDetails device) {
        if (device.device().model().startsWith("virtio")) {
            return Stream.empty();
        }
        String advice =
                switch (device.device().kind()) {
                    case DISK -> "write <target dev='vda' bus='virtio'/>";
                    case NIC -> "write <model type='virtio'/>";
                };
        return Stream.of(
                Finding.error(
                        Subject.where(device.device()),
                        "it is no virtio device: libvirt refuses all others of type vhostuser",
                        advice));
    }

    static Stream<Finding> withoutEffect(Subject subject, DeviceDetails device) {
        if (device.device().kind() != DeviceKind.NIC) {
            return Stream.empty();
        }
        return IDLE_OF_NICS.entrySet().stream()
                .filter(idle -> device.settings().contains(idle.getKey()))
                .map(
                        idle ->
                                Finding.warning(
                                        Subject.where(device.device()),
                                        "<%s> has no effect on a vhostuser interface"
                                                .formatted(idle.getKey()),
                                        idle.getValue()));
    }
}
