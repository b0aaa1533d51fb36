// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.remote.PeerState;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Seeds that have failed once, then a few hundred others. */
final class WholeWaySimulationTest {
    private static final int BATCH = 10;

    static LongStream corpus() {
        return SeedCorpus.seeds().stream().mapToLong(Long::longValue);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void shouldNotFailAgain(long seed) {
        assertTrue(SeedRun.run(seed).ended() > 0);
    }

    static LongStream batches() {
        return LongStream.range(0, 20).map(batch -> 1 + batch * BATCH);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void shouldServeAnyGuestWhateverHappens(long first) {
        long ended =
                LongStream.range(first, first + BATCH).map(seed -> SeedRun.run(seed).ended()).sum();
        assertTrue(ended > 500, "only " + ended + " requests ended");
    }

    @Test
    void shouldEndProcessesAtEachMomentOfTheHandshake() {
        Set<PeerState> struck = EnumSet.noneOf(PeerState.class);
        LongStream.range(1, 1 + 4 * BATCH)
                .forEach(seed -> struck.addAll(SeedRun.run(seed).struck().keySet()));
        Set<PeerState> moments = EnumSet.range(PeerState.OPENING, PeerState.ESTABLISHED);
        assertTrue(struck.containsAll(moments), "only " + struck);
    }

    @Test
    void shouldRunTheSameWayTwice() {
        assertEquals(SeedRun.run(42).toString(), SeedRun.run(42).toString());
    }
}
