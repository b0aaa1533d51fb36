// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceDetails;
import java.util.stream.Stream;

/** One fact about libvirt, QEMU or us, and what it means for a domain. */
@FunctionalInterface
interface Rule {
    Stream<Finding> check(Subject subject);

    /** The same for one device of the domain. */
    @FunctionalInterface
    interface OfDevice {
        Stream<Finding> check(Subject subject, DeviceDetails device);
    }

    static Rule eachDevice(OfDevice rule) {
        return subject ->
                subject.details().devices().stream().flatMap(device -> rule.check(subject, device));
    }
}
