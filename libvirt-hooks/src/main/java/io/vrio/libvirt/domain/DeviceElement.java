// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The element of a device of ours in a domain XML, as {@code virsh attach-device} takes it. It
 * never says an MTU: libvirt 9 then looks for an interface of the host, and fails.
 *
 * @param socket where the server listens; QEMU connects
 * @param target of a disk, as {@code vdb}; libvirt wants one
 * @param mac of a NIC; without one libvirt makes one up
 * @param queues without a number a disk has one for each processor of the guest, a NIC one pair
 */
public record DeviceElement(
        DeviceKind kind, String socket, String target, Optional<String> mac, OptionalInt queues) {
    /** Seconds between QEMU's attempts to connect: the longest stall after a server's restart. */
    static final int RECONNECT_SECONDS = 1;

    public static DeviceElement disk(String socket, String target, OptionalInt queues) {
        return new DeviceElement(DeviceKind.DISK, socket, target, Optional.empty(), queues);
    }

    public static DeviceElement nic(String socket, Optional<String> mac, OptionalInt queues) {
        return new DeviceElement(DeviceKind.NIC, socket, "", mac, queues);
    }

    /** The element in some lines, the last one ended, too. */
    public String text() {
        return switch (kind) {
            case DISK -> disk();
            case NIC -> nic();
        };
    }

    private String disk() {
        return """
                <disk type='vhostuser' device='disk'>
                  <driver name='qemu' type='raw'%s/>
                  <source type='unix' path='%s'>
                    <reconnect enabled='yes' timeout='%d'/>
                  </source>
                  <target dev='%s' bus='virtio'/>
                </disk>
                """
                .formatted(
                        queuesAttribute(),
                        XmlText.escaped(socket),
                        RECONNECT_SECONDS,
                        XmlText.escaped(target));
    }

    private String nic() {
        StringBuilder text = new StringBuilder("<interface type='vhostuser'>\n");
        mac.ifPresent(
                address ->
                        text.append("  <mac address='%s'/>\n".formatted(XmlText.escaped(address))));
        text.append(
                """
                  <source type='unix' path='%s' mode='client'>
                    <reconnect enabled='yes' timeout='%d'/>
                  </source>
                  <model type='virtio'/>
                """
                        .formatted(XmlText.escaped(socket), RECONNECT_SECONDS));
        if (queues.isPresent()) {
            text.append("  <driver name='vhost'%s/>\n".formatted(queuesAttribute()));
        }
        return text.append("</interface>\n").toString();
    }

    private String queuesAttribute() {
        return queues.isPresent() ? " queues='%d'".formatted(queues.getAsInt()) : "";
    }
}
