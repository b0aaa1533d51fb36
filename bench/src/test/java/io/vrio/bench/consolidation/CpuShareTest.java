// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CpuShareTest {
    @Test
    void shouldRefuseAProcessWithoutWorkers() {
        try (CpuShare share = new CpuShare(0.75)) {
            long own = ProcessHandle.current().pid();
            assertThrows(IllegalStateException.class, () -> share.limit(own));
        }
    }

    @Test
    void shouldLeaveAllAloneThatHaveAWholeCpu() {
        try (CpuShare share = new CpuShare(1)) {
            long own = ProcessHandle.current().pid();
            assertDoesNotThrow(() -> share.limit(own));
            assertTrue(share.description().startsWith("no limit"));
        }
    }
}
