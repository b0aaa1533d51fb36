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
        rtt.onSample(5 * MS, MS, 0);
        assertEquals(4 * MS, rtt.smoothedNs());
        // RFC 6298: the variation is half of it.
        assertEquals(5 * MS + 4 * 5 * MS / 2, rtt.rtoNs());
    }

    @Test
    void shouldSmooth() {
        rtt.onSample(8 * MS, 0, 0);
        rtt.onSample(16 * MS, 0, 0);
        assertEquals(9 * MS, rtt.smoothedNs());
        assertEquals(9 * MS + 4 * (4 * MS + MS), rtt.rtoNs());
    }

    @Test
    void shouldWaitTwiceAsLongAsSteadyAnswersTake() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(240 * US, 200 * US, 0);
        }
        assertEquals(40 * US, rtt.smoothedNs());
        assertEquals(480 * US, rtt.rtoNs());
    }

    @Test
    void shouldNotGoBelowTheNoiseOfScheduling() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(10 * US, 0, 0);
        }
        assertEquals(RttEstimator.RTO_MIN_NS, rtt.rtoNs());
    }

    @Test
    void shouldDoubleWithEachTimeoutUpToABound() {
        rtt.onTimeout();
        assertEquals(40 * MS, rtt.rtoNs());
        rtt.onTimeout();
        assertEquals(80 * MS, rtt.rtoNs());
        assertEquals(2, rtt.timeouts());
        for (int i = 0; i < 100; i++) {
            rtt.onTimeout();
        }
        assertEquals(RttEstimator.RTO_MAX_NS, rtt.rtoNs());
    }

    @Test
    void shouldEndBackOffWithASample() {
        rtt.onSample(4 * MS, 0, 0);
        long before = rtt.rtoNs();
        rtt.onTimeout();
        rtt.onTimeout();
        rtt.onSample(4 * MS, 0, 0);
        assertTrue(rtt.rtoNs() <= before, "" + rtt.rtoNs());
        assertEquals(0, rtt.timeouts());
    }

    /** Karn: it may have been any copy that was answered, so perhaps all take as long. */
    @Test
    void shouldKeepBackOffOnProgressWithoutASample() {
        rtt.onSample(4 * MS, 0, 0);
        long before = rtt.rtoNs();
        rtt.onTimeout();
        rtt.onLateProgress();
        assertEquals(2 * before, rtt.rtoNs());
        assertEquals(0, rtt.timeouts());
    }

    @Test
    void shouldWaitLongerWhileWhatItSendsAgainComesTwice() {
        rtt.onSample(100 * US, 0, 0);
        long before = rtt.rtoNs();
        rtt.onVain();
        rtt.onVain();
        assertEquals(4 * before, rtt.rtoNs());
        rtt.onSample(100 * US, 0, 0);
        assertTrue(rtt.rtoNs() <= before, "" + rtt.rtoNs());
    }

    @Test
    void shouldNotTakeAStallForAPartOfThePath() {
        rtt.onSample(100 * US, 0, 0);
        rtt.onSample(5 * MS, 0, 4_950 * US);
        assertEquals(100 * US, rtt.smoothedNs());
        rtt.onSample(5 * MS, 0, 4 * MS);
        assertTrue(rtt.smoothedNs() > 200 * US, "" + rtt.smoothedNs());
    }

    @Test
    void shouldWaitLongerWhenAnAnswerWasOnlyLate() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(40 * US, 0, 0);
        }
        long before = rtt.rtoNs();
        rtt.onAnswer(200 * US);
        assertTrue(rtt.rtoNs() > 2 * before);
        assertEquals(40 * US, rtt.smoothedNs());
    }

    @Test
    void shouldSurviveAPeerThatClaimsToHaveDelayedForLonger() {
        rtt.onSample(5 * MS, 10 * MS, 0);
        assertEquals(1, rtt.smoothedNs());
        assertTrue(rtt.rtoNs() >= RttEstimator.RTO_MIN_NS);
    }

    @Test
    void shouldGiveReorderingAQuarterMoreThanARoundTrip() {
        rtt.onSample(4 * MS, 0, 0);
        assertEquals(5 * MS, rtt.reorderingNs());
    }
}
