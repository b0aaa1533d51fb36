// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementRulesTest {
    private static final String TARGET = "<target dev='vda' bus='virtio'/>";
    private static final String DRIVER = "<driver name='qemu' type='raw' queues='2'";

    private final FakeHost host = new FakeHost();

    /** Each was refused by libvirt 9.0: "... is not supported with vhostuser disk". */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "serial",
                "readonly",
                "shareable",
                "transient",
                "iotune",
                "wwn",
                "vendor",
                "product",
                "blockio",
                "geometry",
                "encryption",
                "backingStore"
            })
    void shouldKnowTheElementsThatLibvirtRefusesOfADisk(String name) {
        List<Finding> findings = host.findings(TARGET, TARGET + "<" + name + "/>");

        assertEquals(
                List.of("libvirt refuses <" + name + "> of a vhostuser disk"), problems(findings));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache",
                "discard",
                "io",
                "error_policy",
                "rerror_policy",
                "ioeventfd",
                "copy_on_read",
                "detect_zeroes",
                "iothread"
            })
    void shouldKnowTheAttributesThatLibvirtRefusesOfADisk(String name) {
        List<Finding> findings = host.findings(DRIVER, DRIVER + " " + name + "='x'");

        assertEquals(
                List.of("libvirt refuses " + name + "= of the <driver> of a vhostuser disk"),
                problems(findings));
    }

    /** Each was accepted by libvirt 9.0. */
    @ParameterizedTest
    @ValueSource(strings = {"queue_size='256'", "packed='on'", "event_idx='on'"})
    void shouldTakeTheAttributesThatLibvirtTakes(String attribute) {
        assertEquals(List.of(), host.findings(DRIVER, DRIVER + " " + attribute));
    }

    @Test
    void shouldSayWhatToUseInstead() {
        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "libvirt refuses <readonly> of a vhostuser disk",
                                "leave it out, and make the disk read-only at the IOhyp (its"
                                        + " backend)")),
                host.findings(TARGET, TARGET + "<readonly/>"));
    }

    @Test
    void shouldRefuseACdrom() {
        assertEquals(
                List.of("libvirt has vhostuser disks of device='disk' alone"),
                problems(host.findings("device='disk'", "device='cdrom'")));
    }

    @Test
    void shouldRefuseADiskOnAnotherBus() {
        assertEquals(
                List.of("it is no virtio device: libvirt refuses all others of type vhostuser"),
                problems(host.findings("bus='virtio'", "bus='scsi'")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<model type='e1000'/>"})
    void shouldRefuseAnInterfaceOfAnotherModel(String model) {
        assertEquals(
                List.of("it is no virtio device: libvirt refuses all others of type vhostuser"),
                problems(host.findings("<model type='virtio'/>", model)));
    }

    /** Each was refused by libvirt 9.0, the first ones when the guest was started. */
    @ParameterizedTest
    @ValueSource(strings = {"mtu size='9000'", "vlan", "coalesce", "port isolated='yes'"})
    void shouldKnowWhatLibvirtRefusesOfAnInterface(String element) {
        String model = "<model type='virtio'/>";

        List<Finding> findings = host.findings(model, model + "<" + element + "/>");

        assertEquals(
                List.of(
                        "libvirt refuses <"
                                + element.replace(" size='9000'", "").replace("'", "")
                                + "> of a vhostuser interface"),
                problems(findings));
    }

    @Test
    void shouldWarnOfWhatLibvirtIgnoresOfAnInterface() {
        assertEquals(
                List.of(
                        Finding.warning(
                                "interface 52:54:00:00:00:01",
                                "<link state=down> has no effect on a vhostuser interface",
                                "use vrio nic set-link NAME down on the I/O host")),
                host.findings(
                        "<model type='virtio'/>", "<model type='virtio'/><link state='down'/>"));
    }

    private static List<String> problems(List<Finding> findings) {
        return findings.stream().map(Finding::problem).toList();
    }
}
