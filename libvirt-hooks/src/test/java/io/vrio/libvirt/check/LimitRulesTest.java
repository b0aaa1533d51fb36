// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LimitRulesTest {
    private static final Finding NO_PORT =
            Finding.warning(
                    "domain",
                    "no free PCI Express port: virsh attach-device will fail",
                    "add <controller type='pci' model='pcie-root-port'/>, one for each device to"
                            + " come");

    private final FakeHost host = new FakeHost();

    private static String ports(int count) {
        return "<controller type='pci' model='pcie-root-port'/>".repeat(count) + "</devices>";
    }

    /** Disk, NIC, and the USB controller and balloon that libvirt adds. */
    @Test
    void shouldMissAFreePortBeforeLibvirtHasGivenAddresses() {
        assertEquals(List.of(NO_PORT), host.findings("</devices>", ports(4)));
        assertEquals(List.of(), host.findings("</devices>", ports(5)));
    }

    @Test
    void shouldNotCountWhatTheXmlForbids() {
        assertEquals(
                List.of(),
                host.findings(
                        "</devices>",
                        "<controller type='usb' model='none'/><memballoon model='none'/>"
                                + ports(3)));
    }

    @Test
    void shouldMissAFreePortInADefinedDomain() {
        String defined =
                """
                <controller type='pci' index='1' model='pcie-root-port'>
                  <address type='pci' bus='0x00' slot='0x01' function='0x0'/>
                </controller>
                <rng><address type='pci' bus='0x01' slot='0x00' function='0x0'/></rng>
                </devices>
                """;

        assertEquals(List.of(NO_PORT), host.findings("</devices>", defined));
        assertEquals(
                List.of(),
                host.findings("</devices>", defined.replace("bus='0x01'", "bus='0x00'")));
    }

    @Test
    void shouldNotMissPortsOfAnotherMachine() {
        assertEquals(
                List.of(),
                host
                        .findings(
                                FakeHost.changed("</devices>", ports(4))
                                        .replace("machine='q35'", "machine='pc'"))
                        .stream()
                        .filter(finding -> finding.severity() != Severity.NOTE)
                        .toList());
    }

    @Test
    void shouldTellThatHotPluggedDevicesDoNotComeBack() {
        String described =
                """
                <metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>
                  <v:disk name='vm1'/><v:disk name='vm1-more'/>
                </v:devices></metadata>
                <vcpu>\
                """;
        host.hasHook = true;

        List<Finding> findings = host.findings(FakeHost.changed("<vcpu>", described));

        assertEquals(
                Finding.note(
                        "metadata of vm1-more",
                        "hot-plugged by libvirt 9, this disk does not come back after a restart of"
                                + " the server",
                        "detach it before such a restart, or restart the guest after it"),
                findings.get(0));
        assertEquals(2, findings.size(), findings.toString());
    }
}
