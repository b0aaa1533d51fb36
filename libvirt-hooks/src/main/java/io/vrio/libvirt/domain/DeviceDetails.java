// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.Set;

/**
 * A vhostuser device with what only a check looks at.
 *
 * @param alias the name that libvirt gives it, or the XML's own
 * @param areQueuesChosen otherwise QEMU takes as many for a disk as the guest has processors
 * @param settings what else the XML says of it: names of its elements ({@code serial}), of the
 *     driver's attributes ({@code driver cache}), and both with their value ({@code driver
 *     iommu=on}, {@code link state=down})
 */
public record DeviceDetails(
        VhostUserDevice device, String alias, boolean areQueuesChosen, Set<String> settings) {}
