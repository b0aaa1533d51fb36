// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
    @Test
    void shouldFindTheCompilersOfAJvm() {
        Map<Long, Long> threads = ProcessUsage.compilerCpuNs(ProcessHandle.current().pid());
        assertFalse(threads.isEmpty());
        assertTrue(threads.values().stream().allMatch(ns -> ns >= 0));
    }

    @Test
    void shouldCountWhatThreadsOfBothHaveDoneAndAllOfNewOnes() {
        Map<Long, Long> before = Map.of(1L, 100L, 2L, 500L);
        Map<Long, Long> after = Map.of(1L, 130L, 3L, 7L);
        assertEquals(37, WarmUp.increase(before, after));
    }

    @Test
    void shouldLoadAtLeastOnce() {
        double[] loaded = new double[1];
        WarmUp.run(List.of(), 100, seconds -> loaded[0] += seconds);
        assertEquals(100, loaded[0]);
    }
}
