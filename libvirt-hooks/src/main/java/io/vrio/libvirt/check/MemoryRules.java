// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.util.List;
import java.util.stream.Stream;

/** The server reads and writes the guest's memory. */
final class MemoryRules {
    static final List<Rule> ALL = List.of(MemoryRules::shared, MemoryRules::source);

    private static final String SHARED_MEMORY =
            "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";

    private MemoryRules() {}

    static Stream<Finding> shared(Subject subject) {
        return subject.domain().isMemoryShared()
                ? Stream.empty()
                : Stream.of(
                        Finding.error(
                                Subject.DOMAIN,
                                "its memory is not shared: libvirt refuses vhostuser devices",
                                "add " + SHARED_MEMORY));
    }

    static Stream<Finding> source(Subject subject) {
        return !subject.domain().isMemoryShared() || subject.details().hasMemorySource()
                ? Stream.empty()
                : Stream.of(
                        Finding.warning(
                                Subject.DOMAIN,
                                "its shared memory has no source: libvirt makes a file of it in"
                                        + " memory_backing_dir, which may be on a disk",
                                "add <source type='memfd'/> to <memoryBacking>"));
    }
}
