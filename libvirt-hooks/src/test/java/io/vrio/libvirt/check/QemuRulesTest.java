// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QemuRulesTest {
    private static final String GLOBAL =
            """
            <qemu:commandline>
              <qemu:arg value='-global'/><qemu:arg value='virtio-net-pci.vectors=0'/>
            </qemu:commandline>
            """;

    private final FakeHost host = new FakeHost();

    private static String override(String alias) {
        return """
                <qemu:override><qemu:device alias='%s'><qemu:frontend>
                  <qemu:property name='vectors' type='unsigned' value='0'/>
                </qemu:frontend></qemu:device></qemu:override>
                """
                .formatted(alias);
    }

    /** The domain without KVM, with more behind its devices. */
    private List<Finding> emulated(String more, String queues) {
        return host
                .findings(
                        FakeHost.changed("type='kvm'", "type='qemu'")
                                .replace(
                                        "name='vhost' queues='1'",
                                        "name='vhost' queues='" + queues + "'")
                                .replace("</domain>", more + "</domain>"))
                .stream()
                .filter(finding -> finding.severity() != Severity.NOTE)
                .toList();
    }

    private static Finding dies(String advice) {
        return Finding.error(
                "interface 52:54:00:00:00:01",
                "QEMU before 8.0 without KVM dies when the guest uses a vhost-user NIC with MSI-X",
                advice);
    }

    @Test
    void shouldKnowThatQemu7DiesWithoutKvm() {
        assertEquals(
                List.of(dies("add vectors=0 as in xml-templates/tcg-one-queue.xml")),
                emulated("", "1"));
    }

    @Test
    void shouldTakeTheOptionForOneQueue() {
        assertEquals(List.of(), emulated(GLOBAL, "1"));
    }

    /** libvirt writes vectors= for several queues, which wins. */
    @Test
    void shouldNotTakeTheOptionForSeveralQueues() {
        assertEquals(
                List.of(
                        dies(
                                "add vectors=0 as in xml-templates/tcg-several-queues.xml for alias"
                                        + " net0")),
                emulated(GLOBAL, "2"));
    }

    @Test
    void shouldTakeTheOverrideForSeveralQueues() {
        assertEquals(List.of(), emulated(override("net0"), "2"));
    }

    @Test
    void shouldNotTakeTheOverrideOfAnotherNic() {
        assertEquals(1, emulated(override("net1"), "2").size());
    }

    @Test
    void shouldHaveNoFearForQemu8() {
        host.version = Optional.of(8);

        assertEquals(List.of(), emulated("", "1"));
    }

    @Test
    void shouldFearAQemuOfUnknownVersion() {
        host.version = Optional.empty();

        List<Finding> findings = host.findings(FakeHost.changed("type='kvm'", "type='qemu'"));

        assertEquals(Severity.ERROR, findings.get(0).severity());
        assertEquals(
                Finding.note(
                        "domain",
                        "not checked: the version of QEMU, which did not tell it; taken for one"
                                + " before 8.0",
                        ""),
                findings.get(1));
    }

    @Test
    void shouldWarnOfNicsThatAreHotPluggedLater() {
        String described =
                """
                <metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>
                  <v:nic name='later'/>
                </v:devices></metadata>
                """;

        assertEquals(
                List.of(
                        Finding.warning(
                                "metadata of later",
                                "QEMU before 8.0 without KVM will die when this NIC is hot-plugged"
                                        + " and the guest uses it",
                                "add vectors=0 as in xml-templates/tcg-one-queue.xml")),
                emulated(override("net0") + described, "1").stream()
                        .filter(finding -> !finding.problem().contains("does not serve"))
                        .toList());
        assertEquals(
                List.of(), emulated(override("net0") + described.replace("later", "vm1-net"), "1"));
    }

    @Test
    void shouldRefuseAVirtualIommu() {
        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "iommu='on': the server has no virtual IOMMU, QEMU does not start",
                                "leave it out")),
                host.findings("type='raw'", "type='raw' iommu='on'"));
    }
}
