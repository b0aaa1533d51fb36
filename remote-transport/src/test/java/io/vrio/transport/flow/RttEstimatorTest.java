// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RttEstimatorTest {
    private static final long US = 1000;
    private static final long MS = 1_000_000;

    private final RttEstimator rtt = new RttEstimator();

    @Test
    void shouldBeginWithTwentyMilliseconds() {
        assertEquals(20 * MS, rtt.rtoNs());
        assertEquals(0, rtt.smoothedNs());
    }

    @Test
    void shouldTakeTheFirstSampleAsItIs() {
        rtt.onSample(4 * MS);
        assertEquals(4 * MS, rtt.smoothedNs());
        // RFC 6298: the variation is half of it; and the peer may delay its answer.
        assertEquals(4 * MS + 4 * 2 * MS + 200 * US, rtt.rtoNs());
    }

    @Test
    void shouldSmooth() {
        rtt.onSample(8 * MS);
        rtt.onSample(16 * MS);
        assertEquals(9 * MS, rtt.smoothedNs());
        assertEquals(9 * MS + 4 * (4 * MS + MS) + 200 * US, rtt.rtoNs());
    }

    @Test
    void shouldNotGoBelowTheNoiseOfScheduling() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(10 * US);
        }
        assertEquals(RttEstimator.RTO_MIN_NS, rtt.rtoNs());
    }

    @Test
    void shouldDoubleWithEachTimeoutUpToABound() {
        rtt.onTimeout();
        assertEquals(40 * MS, rtt.rtoNs());
        rtt.onTimeout();
        assertEquals(80 * MS, rtt.rtoNs());
        for (int i = 0; i < 100; i++) {
            rtt.onTimeout();
        }
        assertEquals(RttEstimator.RTO_MAX_NS, rtt.rtoNs());
    }

    @Test
    void shouldEndBackOffOnProgress() {
        rtt.onSample(4 * MS);
        long before = rtt.rtoNs();
        rtt.onTimeout();
        rtt.onTimeout();
        rtt.onProgress();
        assertEquals(before, rtt.rtoNs());
    }

    @Test
    void shouldKeepBackOffOnProgressWhileNothingIsKnown() {
        rtt.onTimeout();
        rtt.onProgress();
        assertEquals(40 * MS, rtt.rtoNs());
    }

    @Test
    void shouldSurviveAPeerThatClaimsToHaveDelayedForLonger() {
        rtt.onSample(-5 * MS);
        assertEquals(1, rtt.smoothedNs());
        assertTrue(rtt.rtoNs() >= RttEstimator.RTO_MIN_NS);
    }

    @Test
    void shouldGiveReorderingAQuarterMoreThanARoundTrip() {
        rtt.onSample(4 * MS);
        assertEquals(5 * MS, rtt.reorderingNs());
    }
}
