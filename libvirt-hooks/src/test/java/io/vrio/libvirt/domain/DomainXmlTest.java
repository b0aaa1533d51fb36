// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {
    /** As {@code virsh dumpxml --inactive} of libvirt 9 writes it, shortened. */
    private static final String INACTIVE =
            """
            <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>vm1</name>
              <uuid>6c0a4d3e-6f9f-4c52-8a2a-0a8b3a0c9a11</uuid>
              <metadata>
                <vrio:devices xmlns:vrio="https://vrio.io/xmlns/domain/1.0">
                  <vrio:disk name="vm1-data" socket="/run/vrio/vm1-data.sock"/>
                  <vrio:nic name="vm1-net"/>
                </vrio:devices>
                <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
                  <libosinfo:os id="http://debian.org/debian/12"/>
                </libosinfo:libosinfo>
              </metadata>
              <memory unit='KiB'>524288</memory>
              <memoryBacking>
                <source type='memfd'/>
                <access mode='shared'/>
              </memoryBacking>
              <os>
                <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
              </os>
              <devices>
                <disk type='file' device='disk'>
                  <source file='/var/lib/libvirt/images/vm1.qcow2'/>
                  <target dev='vda' bus='virtio'/>
                </disk>
                <disk type='vhostuser' device='disk' snapshot='no'>
                  <driver name='qemu' type='raw' queues='2'/>
                  <source type='unix' path='/run/vrio/vm1-data.sock'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <target dev='vdb' bus='virtio'/>
                </disk>
                <interface type='vhostuser'>
                  <mac address='52:54:00:11:22:00'/>
                  <source type='unix' path='/run/vrio/vm1-net.sock' mode='server'/>
                  <model type='virtio'/>
                  <driver name='vhost' queues='4'/>
                </interface>
                <interface type='network'>
                  <source network='default'/>
                </interface>
              </devices>
              <qemu:commandline>
                <qemu:arg value='-global'/>
              </qemu:commandline>
            </domain>
            """;

    private static String domain(String inner) {
        return "<domain type='qemu'><name>vm</name>" + inner + "</domain>";
    }

    private static String refusal(String xml) {
        return assertThrows(DomainXmlException.class, () -> DomainXml.parse(xml)).getMessage();
    }

    @Test
    void shouldReadWhatADomainIs() throws Exception {
        Domain domain = DomainXml.parse(INACTIVE);

        assertEquals("vm1", domain.name());
        assertEquals("6c0a4d3e-6f9f-4c52-8a2a-0a8b3a0c9a11", domain.uuid());
        assertEquals("kvm", domain.type());
        assertEquals("pc-q35-7.2", domain.machine());
        assertTrue(domain.isMemoryShared());
    }

    @Test
    void shouldReadVhostUserDevicesAndNoOthers() throws Exception {
        Domain domain = DomainXml.parse(INACTIVE);

        VhostUserDevice disk =
                new VhostUserDevice(
                        DeviceKind.DISK,
                        "/run/vrio/vm1-data.sock",
                        false,
                        new Reconnect(true, 1),
                        2,
                        "",
                        "vdb",
                        "virtio");
        VhostUserDevice nic =
                new VhostUserDevice(
                        DeviceKind.NIC,
                        "/run/vrio/vm1-net.sock",
                        true,
                        Reconnect.NEVER,
                        4,
                        "52:54:00:11:22:00",
                        "",
                        "virtio");
        assertEquals(List.of(disk, nic), domain.devices());
    }

    @Test
    void shouldReadOurMetadata() throws Exception {
        Domain domain = DomainXml.parse(INACTIVE);

        Path socket = Path.of("/run/vrio/vm1-data.sock");
        assertEquals(
                List.of(
                        new DescribedDevice(DeviceKind.DISK, "vm1-data", Optional.of(socket)),
                        new DescribedDevice(DeviceKind.NIC, "vm1-net", Optional.empty())),
                domain.described());
    }

    /** A hook's stdin: an id, aliases, and whatever prefix the metadata was written with. */
    @Test
    void shouldReadARunningDomainWithAnotherPrefix() throws Exception {
        Domain domain =
                DomainXml.parse(
                        """
                        <domain type='kvm' id='3'>
                          <name>vm2</name>
                          <metadata>
                            <devices xmlns="https://vrio.io/xmlns/domain/1.0"><disk name="d"/></devices>
                          </metadata>
                          <devices>
                            <disk type='vhostuser' device='disk'>
                              <source type='unix' path='/run/vrio/d.sock' index='1'/>
                              <target dev='vda' bus='virtio'/>
                              <alias name='virtio-disk0'/>
                            </disk>
                          </devices>
                        </domain>
                        """);

        assertEquals("d", domain.described().get(0).name());
        assertEquals("/run/vrio/d.sock", domain.devices().get(0).socket());
        assertEquals(1, domain.devices().get(0).queues());
        assertEquals("", domain.uuid());
    }

    @Test
    void shouldReadADomainInANamespace() throws Exception {
        Domain domain =
                DomainXml.parse(
                        "<d:domain xmlns:d='urn:x'><d:name>a</d:name><d:devices>"
                                + "<d:disk type='vhostuser'><d:source path='/s'/></d:disk>"
                                + "</d:devices></d:domain>");

        assertEquals("a", domain.name());
        assertEquals("/s", domain.devices().get(0).socket());
    }

    @Test
    void shouldNotTakeOthersMetadataForDevices() throws Exception {
        Domain domain =
                DomainXml.parse(
                        domain(
                                "<metadata><x:devices xmlns:x='urn:other'><x:disk name='d'/>"
                                        + "</x:devices></metadata>"));

        assertEquals(List.of(), domain.described());
    }

    @Test
    void shouldFindMemoryThatIsSharedPerCell() throws Exception {
        String one = "<cpu><numa><cell id='0' memAccess='shared'/></numa></cpu>";
        String half = "<cpu><numa><cell id='0' memAccess='shared'/><cell id='1'/></numa></cpu>";

        assertTrue(DomainXml.parse(domain(one)).isMemoryShared());
        assertFalse(DomainXml.parse(domain(half)).isMemoryShared());
        assertFalse(DomainXml.parse(domain("")).isMemoryShared());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "<domain>",
                "<network/>",
                "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>",
                "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
                "<domain><name>&unknown;</name></domain>",
                "<domain><vrio:devices/></domain>",
                "<domain><devices><disk type='vhostuser'/></devices></domain>",
            })
    void shouldRefuseInOneLine(String xml) {
        String refusal = refusal(xml);

        assertTrue(refusal.startsWith("domain XML: "), refusal);
        assertEquals(1, refusal.lines().count());
    }

    @Test
    void shouldTellTheLineOfAMistake() {
        assertTrue(refusal("<domain>\n<name>x</nam>\n</domain>").contains("line 2: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "-x", "a/b", "a b"})
    void shouldRefuseANameThatIsNone(String name) {
        String xml =
                domain(
                        "<metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>"
                                + "<v:nic name='"
                                + name
                                + "'/></v:devices></metadata>");

        assertTrue(refusal(xml).contains("a name is 1-64 of"));
    }

    @Test
    void shouldRefuseARelativeSocket() {
        String xml =
                domain(
                        "<metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>"
                                + "<v:nic name='n' socket='run/n.sock'/></v:devices></metadata>");

        assertTrue(refusal(xml).contains("is not an absolute path"));
    }

    @Test
    void shouldRefuseQueuesThatAreNoNumber() {
        String xml =
                domain(
                        "<devices><disk type='vhostuser'><driver queues='99999999999'/>"
                                + "<source path='/s'/></disk></devices>");

        assertEquals("domain XML: <driver queues='99999999999'> is not a number", refusal(xml));
    }

    @Test
    void shouldReadALongDomainAndRefuseATooLongOne() throws Exception {
        String comment = "<!--" + "x".repeat(1_000_000) + "-->";

        assertEquals("vm", DomainXml.parse(domain(comment)).name());
        assertTrue(refusal(domain(comment + comment)).contains("longer than 1048576 characters"));
    }

    @Test
    void shouldRefuseElementsNestedWithoutEnd() {
        assertTrue(refusal("<domain><name>" + "<a>".repeat(300_000)).length() < 500);
    }

    @Test
    void shouldRefuseANameThatNoFileCanHave() {
        String xml = "<domain><name>" + "x".repeat(256) + "</name></domain>";

        assertEquals("domain XML: the domain's name is longer than 255 characters", refusal(xml));
    }

    @Test
    void shouldRefuseMoreDevicesThanAServerHas() {
        String disk = "<disk type='vhostuser'><source path='/s'/></disk>";
        String xml = domain("<devices>" + disk.repeat(1025) + "</devices>");

        assertTrue(refusal(xml).contains("more than 1024 devices"));
    }
}
