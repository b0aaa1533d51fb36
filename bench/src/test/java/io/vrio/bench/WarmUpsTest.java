// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WarmUpsTest {
    private static final long MACHINE_NS =
            1_000_000_000L * Runtime.getRuntime().availableProcessors();

    /** CPU time of the only compiler so far. */
    private long compiledNs;

    private final WarmUps warmUps = new WarmUps(daemons -> Map.of(1L, compiledNs));

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
        assertEquals(37, WarmUps.increase(before, after));
    }

    @Test
    void shouldLoadOnceWhenNothingIsCompiled() {
        warmUps.run("row", List.of(), 2, seconds -> {});
        assertEquals(List.of(new WarmUps.End("row", 2, 0, true)), warmUps.ends());
        assertEquals(
                "Warm-ups: 1, of 2 / 2 / 2 s min / median / max; all ended with compilers quiet"
                        + " (at most 3 % of the machine).\n",
                warmUps.text());
    }

    @Test
    void shouldLoadUntilTheCompilersAreQuiet() {
        // A tenth of the machine, then a twentieth, a fortieth: that is less than 3 %.
        long[] next = {MACHINE_NS / 10};
        warmUps.run(
                "row",
                List.of(),
                1,
                seconds -> {
                    compiledNs += next[0];
                    next[0] /= 2;
                });
        assertEquals(List.of(new WarmUps.End("row", 3, 2.5, true)), warmUps.ends());
    }

    @Test
    void shouldTellWhichWarmUpNeverBecameQuiet() {
        warmUps.run("calm", List.of(), 1, seconds -> {});
        warmUps.run("busy", List.of(), 1, seconds -> compiledNs += MACHINE_NS / 4);
        assertEquals(new WarmUps.End("busy", 90, 25, false), warmUps.ends().get(1));
        assertTrue(
                warmUps.text()
                        .contains(
                                "1 ENDED WITHOUT QUIET after 90 s, what follows them has compilers"
                                        + " in it: busy (25 % of the machine)."),
                warmUps.text());
    }

    @Test
    void shouldSayNothingOfNoWarmUp() {
        assertEquals("", new WarmUps().text());
    }
}
