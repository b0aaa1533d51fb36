// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What is written can be attached: the text, and what our own parser reads from it. */
class DeviceElementTest {
    private static final OptionalInt NONE = OptionalInt.empty();

    @Test
    void shouldWriteADiskThatQemuConnectsToAgain() {
        assertEquals(
                """
                <disk type='vhostuser' device='disk'>
                  <driver name='qemu' type='raw'/>
                  <source type='unix' path='/run/vrio/vm1.sock'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <target dev='vdb' bus='virtio'/>
                </disk>
                """,
                DeviceElement.disk("/run/vrio/vm1.sock", "vdb", NONE).text());
    }

    @Test
    void shouldWriteANicAsClient() {
        assertEquals(
                """
                <interface type='vhostuser'>
                  <mac address='52:54:00:00:00:01'/>
                  <source type='unix' path='/run/vrio/vm1-net.sock' mode='client'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <model type='virtio'/>
                  <driver name='vhost' queues='2'/>
                </interface>
                """,
                DeviceElement.nic(
                                "/run/vrio/vm1-net.sock",
                                Optional.of("52:54:00:00:00:01"),
                                OptionalInt.of(2))
                        .text());
    }

    @Test
    void shouldLeaveToLibvirtWhatNobodyChose() {
        assertEquals(
                """
                <interface type='vhostuser'>
                  <source type='unix' path='/s' mode='client'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <model type='virtio'/>
                </interface>
                """,
                DeviceElement.nic("/s", Optional.empty(), NONE).text());
    }

    @Test
    void shouldBeReadAsItWasWritten() throws DomainXmlException {
        String socket = "/run/'a'/<b>&\"c\"\t\n\u00e9\ud83d\ude00.sock";

        VhostUserDevice read = read(DeviceElement.disk(socket, "vdc", OptionalInt.of(4)));

        assertEquals(
                new VhostUserDevice(
                        DeviceKind.DISK,
                        socket,
                        false,
                        new Reconnect(true, 1),
                        4,
                        "",
                        "vdc",
                        "virtio"),
                read);
    }

    @Test
    void shouldRefuseWhatNoXmlCanHold() {
        DeviceElement element = DeviceElement.disk("/run/\u0001.sock", "vdb", NONE);

        assertEquals(
                "no XML can hold the character U+0001",
                assertThrows(IllegalArgumentException.class, element::text).getMessage());
    }

    private static VhostUserDevice read(DeviceElement element) throws DomainXmlException {
        String xml = "<domain><devices>" + element.text() + "</devices></domain>";
        List<VhostUserDevice> devices = DomainXml.parse(xml).devices();
        assertEquals(1, devices.size());
        return devices.get(0);
    }
}
