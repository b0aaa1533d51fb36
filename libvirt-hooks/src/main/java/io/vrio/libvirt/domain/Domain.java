// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.List;

/**
 * What a domain XML says, as far as vRIO is concerned.
 *
 * @param uuid empty in an XML that was not yet defined
 * @param type {@code kvm} or {@code qemu} (emulated)
 * @param machine as written; empty when libvirt shall choose
 * @param isMemoryShared without it libvirt refuses vhostuser devices
 * @param devices in the order of the XML, whoever serves them
 * @param described in our metadata
 */
public record Domain(
        String name,
        String uuid,
        String type,
        String machine,
        boolean isMemoryShared,
        List<VhostUserDevice> devices,
        List<DescribedDevice> described) {}
