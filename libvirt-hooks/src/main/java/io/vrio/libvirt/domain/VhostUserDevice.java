// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

/**
 * A disk or interface of type vhostuser, as a domain XML has it; whose it is, the socket tells.
 *
 * @param socket path, as written
 * @param isServerMode QEMU listens and waits for the other end, for ever
 * @param queues as many as the XML asks for; 1 when it does not say
 * @param mac of an interface; empty when libvirt shall choose
 * @param target name in the guest or on the host (vda, vnet0); empty when the XML does not say
 * @param model {@code virtio} for a disk's bus or an interface's model; empty when it does not say
 */
public record VhostUserDevice(
        DeviceKind kind,
        String socket,
        boolean isServerMode,
        Reconnect reconnect,
        int queues,
        String mac,
        String target,
        String model) {}
