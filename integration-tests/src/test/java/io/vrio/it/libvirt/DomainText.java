// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import io.vrio.it.Programs;
import io.vrio.it.tidy.SourceTree;
import java.nio.file.Path;

/**
 * The XML of a domain that boots our guest, with KVM or without. It is run by its shell, see {@link
 * LibvirtHosts#start}; the rest is what a test adds.
 */
public final class DomainText {
    private static final Path SCRIPT =
            SourceTree.root().resolve("integration-tests/libvirt/domain");

    private final String name;
    private final StringBuilder devices = new StringBuilder();
    private String metadata = "";

    public DomainText(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /**
     * Adds elements to the devices.
     *
     * @param elements such as those of {@link #disk} and {@link #nic}
     */
    public DomainText with(String... elements) {
        for (String element : elements) {
            devices.append(element);
        }
        return this;
    }

    /**
     * Describes devices in the metadata.
     *
     * @param devices such as {@code <vrio:disk name='a'/>}
     */
    public DomainText describing(String... devices) {
        metadata =
                "<vrio:devices xmlns:vrio='https://vrio.io/xmlns/domain/1.0'>"
                        + String.join("", devices)
                        + "</vrio:devices>";
        return this;
    }

    /** A disk at a socket of this name, which QEMU connects to. */
    public static String disk(String device, String target) {
        return """
                <disk type='vhostuser' device='disk'>
                  <driver name='qemu' type='raw'/>
                  <source type='unix' path='%s'><reconnect enabled='yes' timeout='1'/></source>
                  <target dev='%s' bus='virtio'/>
                </disk>
                """
                .formatted(socket(device), target);
    }

    /** A NIC at a socket of this name, which QEMU connects to. */
    public static String nic(String device, String mac) {
        return """
                <interface type='vhostuser'>
                  <mac address='%s'/>
                  <source type='unix' path='%s' mode='client'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <model type='virtio'/>
                </interface>
                """
                .formatted(mac, socket(device));
    }

    /** Where the server serves the device, as seen on the VM host. */
    public static Path socket(String device) {
        return Libvirtd.SOCKETS.resolve(device + ".sock");
    }

    public String text() {
        return Programs.run(SCRIPT.toString(), name, devices.toString(), metadata);
    }
}
