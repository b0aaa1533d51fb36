// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryRulesTest {
    private static final String MEMORY =
            "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";

    private final FakeHost host = new FakeHost();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<memoryBacking><source type='memfd'/></memoryBacking>",
                "<memoryBacking><access mode='private'/></memoryBacking>",
                "<cpu><numa><cell id='0' memAccess='shared'/><cell id='1'/></numa></cpu>"
            })
    void shouldWantSharedMemory(String memory) {
        assertEquals(
                List.of(
                        Finding.error(
                                "domain",
                                "its memory is not shared: libvirt refuses vhostuser devices",
                                "add " + MEMORY)),
                host.findings(MEMORY, memory));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>",
                "<memoryBacking><hugepages/><access mode='shared'/></memoryBacking>",
                "<memoryBacking><source type='memfd'/></memoryBacking>"
                        + "<cpu><numa><cell id='0' memAccess='shared'/></numa></cpu>"
            })
    void shouldTakeEveryFormOfSharedMemory(String memory) {
        assertEquals(List.of(), host.findings(MEMORY, memory));
    }

    @Test
    void shouldWarnOfMemoryInAFileThatNobodyAskedFor() {
        assertEquals(
                List.of(
                        Finding.warning(
                                "domain",
                                "its shared memory has no source: libvirt makes a file of it in"
                                        + " memory_backing_dir, which may be on a disk",
                                "add <source type='memfd'/> to <memoryBacking>")),
                host.findings("<source type='memfd'/>", ""));
    }
}
