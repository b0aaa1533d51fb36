// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Programs;
import io.vrio.it.Requires;
import io.vrio.it.XmlTemplate;
import io.vrio.libvirt.check.DomainCheck;
import io.vrio.libvirt.check.Finding;
import io.vrio.libvirt.check.LinuxHost;
import io.vrio.libvirt.check.Severity;
import io.vrio.libvirt.domain.DomainDetails;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code vrio domain check} says that libvirt refuses, libvirt refuses, and nothing else. */
@Tag("libvirt")
class RefusedSettingsTest {
    private static final String TARGET = "<target dev='vda' bus='virtio'/>";
    private static final String DRIVER = "<driver name='qemu'";

    /** What the driver finds out about QEMU takes it a second; the tests share it. */
    @TempDir private static Path drivers;

    @TempDir private Path folder;

    @BeforeEach
    void needLibvirt() {
        Requires.program("virsh");
        Requires.program("libvirtd");
        Requires.program("qemu-system-x86_64");
    }

    private String define(String xml) throws Exception {
        Path file = Files.writeString(folder.resolve("vm.xml"), xml);
        Files.deleteIfExists(drivers.resolve("root/etc/qemu/vm1.xml"));
        return Programs.run(
                "virsh", "-c", "qemu:///embed?root=" + drivers.resolve("root"), "define " + file);
    }

    private String refusal(String xml) {
        return assertThrows(IllegalStateException.class, () -> define(xml)).getMessage();
    }

    private static List<Finding> refusals(String xml) throws Exception {
        LinuxHost host = new LinuxHost(Path.of("/"), Optional.empty());
        return DomainCheck.findings(DomainDetails.parse(xml), host).stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .filter(finding -> finding.problem().startsWith("libvirt refuses"))
                .toList();
    }

    private static String changed(String old, String changed) {
        String domain = XmlTemplate.filled("domain.xml");
        assertTrue(domain.contains(old), domain);
        return domain.replace(old, changed).replace("<vcpu>", "<iothreads>1</iothreads><vcpu>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<serial>x</serial>",
                "<readonly/>",
                "<shareable/>",
                "<transient/>",
                "<iotune><total_bytes_sec>1000</total_bytes_sec></iotune>",
                "<wwn>500000000000abcd</wwn>",
                "<vendor>x</vendor>",
                "<product>x</product>",
                "<blockio logical_block_size='512'/>",
                "<geometry cyls='1' heads='1' secs='1'/>",
                "<encryption format='luks'/>",
                "<backingStore/>"
            })
    void shouldKnowTheElementsThatLibvirtRefusesOfADisk(String element) throws Exception {
        String xml = changed(TARGET, TARGET + element);

        assertEquals(1, refusals(xml).size());
        assertTrue(refusal(xml).contains("is not supported with vhostuser disk"), refusal(xml));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache='none'",
                "discard='unmap'",
                "io='native'",
                "error_policy='stop'",
                "rerror_policy='stop'",
                "ioeventfd='on'",
                "copy_on_read='on'",
                "detect_zeroes='on'",
                "iothread='1'"
            })
    void shouldKnowTheAttributesThatLibvirtRefusesOfADisk(String attribute) throws Exception {
        String xml = changed(DRIVER, DRIVER + " " + attribute);

        assertEquals(1, refusals(xml).size());
        assertTrue(refusal(xml).contains("is not supported with vhostuser disk"), refusal(xml));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue_size='256'", "packed='on'", "event_idx='on'"})
    void shouldKnowWhatLibvirtTakes(String attribute) throws Exception {
        String xml = changed(DRIVER, DRIVER + " " + attribute);

        assertEquals(List.of(), refusals(xml));
        assertTrue(define(xml).contains("Domain 'vm1' defined"));
    }
}
