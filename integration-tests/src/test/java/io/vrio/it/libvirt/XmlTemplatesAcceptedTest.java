// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Programs;
import io.vrio.it.Requires;
import io.vrio.it.XmlTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * libvirt accepts the templates: its schema, and what the driver of QEMU checks besides. The driver
 * runs inside of virsh ({@code qemu:///embed}), with a folder of its own instead of a daemon.
 */
@Tag("libvirt")
class XmlTemplatesAcceptedTest {
    /** What the driver finds out about QEMU takes it a second; the tests share it. */
    @TempDir private static Path drivers;

    @TempDir private Path folder;

    @BeforeEach
    void needLibvirt() {
        Requires.program("virsh");
        Requires.program("libvirtd");
        Requires.program("qemu-system-x86_64");
    }

    @AfterEach
    void forgetTheDomain() throws IOException {
        Files.deleteIfExists(drivers.resolve("root/etc/qemu/vm1.xml"));
    }

    /** Runs some of virsh's commands; the last one decides whether all is well. */
    private static String virsh(String... commands) {
        List<String> words = new ArrayList<>(List.of("virsh", "-c"));
        words.add("qemu:///embed?root=" + drivers.resolve("root"));
        words.add(String.join("; ", commands));
        return Programs.run(words);
    }

    private String file(String xml) throws IOException {
        Path file = folder.resolve("vm.xml");
        Files.writeString(file, xml);
        return file.toString();
    }

    @Test
    void shouldAcceptTheDomain() throws Exception {
        virsh("define --validate " + file(XmlTemplate.filled("domain.xml")));
    }

    /** A word that no schema knows; it shows that the other tests can fail. */
    @Test
    void shouldRefuseAnotherDomain() throws Exception {
        String wrong = XmlTemplate.filled("domain.xml").replace("<acpi/>", "<acpy/>");
        String define = "define --validate " + file(wrong);

        String message =
                assertThrows(IllegalStateException.class, () -> virsh(define)).getMessage();
        assertTrue(message.contains("failed to validate"), message);
    }

    @Test
    void shouldRefuseADomainWithoutSharedMemory() throws Exception {
        String define = "define --validate " + file(XmlTemplate.domainWithout("memoryBacking"));

        String message =
                assertThrows(IllegalStateException.class, () -> virsh(define)).getMessage();
        assertTrue(message.contains("requires shared memory"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory-memfd.xml",
                "memory-hugepages.xml",
                "memory-file.xml",
                "metadata.xml",
                "nic-mtu.xml",
                "tcg-one-queue.xml",
                "tcg-several-queues.xml"
            })
    void shouldAcceptTheDomainWith(String piece) throws Exception {
        virsh("define --validate " + file(XmlTemplate.domainWith(piece)));
    }

    @Test
    void shouldAcceptSharedNumaCellsInsteadOfSharedMemory() throws Exception {
        String domain =
                XmlTemplate.domainWithout("memoryBacking")
                        .replace("</domain>", XmlTemplate.filled("memory-numa.xml") + "</domain>");

        virsh("define --validate " + file(domain));
    }

    @Test
    void shouldLeavePortsForHotPlug() throws Exception {
        String define = "define " + file(XmlTemplate.filled("domain.xml"));

        String defined = virsh(define, "dumpxml vm1");

        // Used ports are those with something behind them: not on bus 0.
        long used = defined.lines().filter(line -> line.matches(".*bus='0x0[1-9]'.*")).count();
        long all = defined.lines().filter(line -> line.contains("model='pcie-root-port'")).count();
        assertEquals(8, all, defined);
        assertEquals(4, used, defined);
    }

    @Test
    void shouldTakeTheDevicesByAttachDevice() throws Exception {
        String define = "define " + file(XmlTemplate.domainWithout("devices"));
        Path disk = Files.writeString(folder.resolve("d.xml"), XmlTemplate.filled("disk.xml"));
        Path nic = Files.writeString(folder.resolve("n.xml"), XmlTemplate.filled("interface.xml"));

        String listed =
                virsh(
                        define,
                        "attach-device vm1 --config " + disk,
                        "attach-device vm1 --config " + nic,
                        "domblklist vm1 --details",
                        "domiflist vm1");

        assertTrue(listed.contains("/run/vrio/vm1.sock"), listed);
        assertTrue(listed.contains("52:54:00:00:00:01"), listed);
    }
}
