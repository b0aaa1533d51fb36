// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpinTimeTest {
    private final SpinTime spin = new SpinTime(200_000);

    @Test
    void shouldBeginShort() {
        assertEquals(10_000, spin.ns());
    }

    @Test
    void shouldGrowWhenWorkComesSoonAfterItWasOver() {
        spin.onWork(100_000);

        assertEquals(20_000, spin.ns());
    }

    @Test
    void shouldStayWhenItWasLongEnough() {
        spin.onWork(9_999);

        assertEquals(10_000, spin.ns());
    }

    @Test
    void shouldGrowToTheLimitOnly() {
        for (int i = 0; i < 10; i++) {
            spin.onWork(199_999);
        }

        assertEquals(200_000, spin.ns());
    }

    @Test
    void shouldShrinkWhenWorkComesLate() {
        spin.onWork(100_000);
        spin.onWork(100_000);
        spin.onWork(200_000);

        assertEquals(20_000, spin.ns());
    }

    @Test
    void shouldNotShrinkToNothing() {
        spin.onWork(1_000_000);

        assertEquals(10_000, spin.ns());
    }

    @Test
    void shouldNotSpinWhereThatIsForbidden() {
        SpinTime none = new SpinTime(0);
        none.onWork(0);

        assertEquals(0, none.ns());
    }
}
