// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class PacerTest {
    private static final long US = 1000;
    private static final long NOW = -50 * US;
    private static final int WINDOW = (int) CongestionWindow.WINDOW_INITIAL;

    private final RttEstimator rtt = new RttEstimator();
    private final Pacer pacer = new Pacer(new CongestionWindow(), rtt);

    @Test
    void shouldNotWaitBeforeTheRoundTripIsKnown() {
        pacer.onSend(WINDOW, NOW);
        assertTrue(pacer.mayMore(NOW));
        assertEquals(0, pacer.bytesPerSecond());
    }

    @Test
    void shouldSpreadAWindowOverARoundTrip() {
        rtt.onSample(100 * US, 0, 0);
        assertEquals(WINDOW * 12_500L, pacer.bytesPerSecond());
        assertTrue(pacer.mayMore(NOW));
        pacer.onSend(WINDOW, NOW);
        // A quarter may be ahead of time, and the rate is a quarter higher.
        assertEquals(NOW + 60 * US, pacer.dueNs());
        assertFalse(pacer.mayMore(NOW + 59 * US));
        assertTrue(pacer.mayMore(NOW + 60 * US));
    }

    @Test
    void shouldLetAQuarterGoAtOnce() {
        rtt.onSample(100 * US, 0, 0);
        pacer.onSend(WINDOW / 4, NOW);
        assertTrue(pacer.mayMore(NOW));
        pacer.onSend(1000, NOW);
        assertFalse(pacer.mayMore(NOW));
    }

    @Test
    void shouldNotSaveUpWhatAPauseLeaves() {
        rtt.onSample(100 * US, 0, 0);
        pacer.onSend(WINDOW, NOW);
        pacer.onSend(WINDOW, NOW + 1_000_000 * US);
        assertEquals(NOW + 1_000_060 * US, pacer.dueNs());
    }
}
