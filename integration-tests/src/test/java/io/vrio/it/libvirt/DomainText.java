// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The XML of a domain that boots our guest, with KVM or without. It is run by its shell, see {@link
 * LibvirtHosts#start}; the rest is what a test adds.
 */
public final class DomainText {
    private static final Pattern VIRTUALIZATION = Pattern.compile("\\b(vmx|svm)\\b");

    // The root ports are for what is hot-plugged. rdrand: else mke2fs waits for random numbers.
    private static final String TEMPLATE =
            """
            <domain type='%2$s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>%1$s</name>
              <metadata>%3$s</metadata>
              <memory unit='MiB'>256</memory>
              <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
              <vcpu>1</vcpu>
              %4$s
              <os>
                <type arch='x86_64' machine='q35'>hvm</type>
                <kernel>/var/lib/libvirt/boot/vmlinuz</kernel>
                <initrd>/var/lib/libvirt/boot/initramfs</initrd>
                <cmdline>console=ttyS0 quiet panic=-1 vrio.scenario=shell vrio.disk=none</cmdline>
              </os>
              <features><acpi/></features>
              <on_poweroff>destroy</on_poweroff>
              <on_reboot>destroy</on_reboot>
              <devices>
                <controller type='pci' model='pcie-root'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='pci' model='pcie-root-port'/>
                <controller type='usb' model='none'/>
                %5$s
                <serial type='file'><source path='/var/log/libvirt/qemu/%1$s.console'/></serial>
                <serial type='unix'>
                  <source mode='bind' path='/var/lib/libvirt/qemu/%1$s.shell'/>
                </serial>
                <memballoon model='none'/>
              </devices>
              %6$s
            </domain>
            """;

    private static final String KVM_CPU = "<cpu mode='host-passthrough'/>";
    private static final String TCG_CPU =
            "<cpu mode='custom'><model>qemu64</model>"
                    + "<feature policy='require' name='rdrand'/></cpu>";

    /** Under TCG, QEMU before 8.0 dies when a guest enables MSI-X on a vhost-user NIC. */
    private static final String TCG_OPTIONS =
            "<qemu:commandline><qemu:arg value='-global'/>"
                    + "<qemu:arg value='virtio-net-pci.vectors=0'/></qemu:commandline>";

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

    /** What the domain's metadata consists of: one element of each namespace. */
    public DomainText describing(String elements) {
        metadata = elements;
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

    public String text() throws IOException {
        boolean hasKvm = hasKvm();
        return TEMPLATE.formatted(
                name,
                hasKvm ? "kvm" : "qemu",
                metadata,
                hasKvm ? KVM_CPU : TCG_CPU,
                devices,
                hasKvm ? "" : TCG_OPTIONS);
    }

    /** /dev/kvm may exist where its guests hang; the CPU flags tell the truth. */
    private static boolean hasKvm() throws IOException {
        List<String> cpu = Files.readAllLines(Path.of("/proc/cpuinfo"));
        return Files.isWritable(Path.of("/dev/kvm"))
                && cpu.stream().anyMatch(line -> VIRTUALIZATION.matcher(line).find());
    }
}
