// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LossRateTest {
    private final LossRate rate = new LossRate();

    /** One of so many segments is lost, until the rate has settled. */
    private void lose(int every) {
        for (int i = 0; i < 1000; i++) {
            rate.onSend(every);
            rate.onLoss(1);
        }
    }

    private void loseNothing(int segments) {
        for (int i = 0; i < segments / 45; i++) {
            rate.onSend(45);
        }
    }

    @Test
    void shouldNotLimitAPathThatLosesNothing() {
        assertEquals(Integer.MAX_VALUE, rate.segmentsMax());
        loseNothing(100_000);
        assertEquals(Integer.MAX_VALUE, rate.segmentsMax());
    }

    @Test
    void shouldLeaveThreeOfFourSuperFramesWhole() {
        lose(1000);
        assertTrue(rate.segmentsMax() >= 64, "64 KB over Ethernet should go whole");
        lose(100);
        assertEquals(25, rate.segmentsMax(), 2);
    }

    @Test
    void shouldNotMakeThemTooShortToBeWorthwhile() {
        lose(2);
        assertEquals(16, rate.segmentsMax());
    }

    @Test
    void shouldNotShortenThemForOneLoss() {
        rate.onLoss(1);
        assertTrue(rate.segmentsMax() >= 45);
    }

    @Test
    void shouldForgetLossesThatAreOver() {
        lose(20);
        loseNothing(10 * 4096);
        assertEquals(Integer.MAX_VALUE, rate.segmentsMax());
    }
}
