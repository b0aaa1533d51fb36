// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RestTest {
    private static final int AGENTS = 64;
    private static final int PERIOD = AGENTS / Rest.SHARE;

    private final Rest rest = new Rest();

    private static long looksIn(int cycles, Rest rest, int agents) {
        return IntStream.range(0, cycles).filter(cycle -> !rest.isLeftOut(agents)).count();
    }

    @Test
    void shouldBeEarnedByLooksInVain() {
        for (int look = 1; look < Rest.LOOKS; look++) {
            assertFalse(rest.isEarned(0));
        }
        assertTrue(rest.isEarned(0));
    }

    @Test
    void shouldBeEarnedAnewAfterWork() {
        IntStream.range(1, Rest.LOOKS).forEach(look -> rest.isEarned(0));
        assertFalse(rest.isEarned(1));
        assertFalse(rest.isEarned(0));
    }

    @Test
    void shouldLeaveNobodyOutThatIsNotAtRest() {
        assertEquals(100, looksIn(100, rest, AGENTS));
    }

    @Test
    void shouldHaveEachLookedAtInTurn() {
        rest.begin(0, AGENTS);
        assertEquals(100, looksIn(100 * PERIOD, rest, AGENTS));
    }

    @Test
    void shouldLeaveNobodyOutAmongFew() {
        rest.begin(7, Rest.SHARE);
        assertEquals(100, looksIn(100, rest, Rest.SHARE));
    }

    @Test
    void shouldNotHaveAllLookedAtInTheSameCycle() {
        Rest next = new Rest();
        rest.begin(6, AGENTS);
        next.begin(7, AGENTS);
        for (int cycle = 0; cycle < 10 * PERIOD; cycle++) {
            boolean isLookedAt = !rest.isLeftOut(AGENTS);
            boolean isNextLookedAt = !next.isLeftOut(AGENTS);
            assertFalse(isLookedAt && isNextLookedAt);
        }
    }

    @Test
    void shouldEndWithWorkThatALookHasFound() {
        rest.begin(0, AGENTS);
        rest.isEarned(1);
        assertFalse(rest.isResting());
        assertFalse(rest.isLeftOut(AGENTS));
    }
}
