// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CongestionWindowTest {
    private static final long US = 1000;
    private static final long BASE_NS = 100 * US;

    private final CongestionWindow window = new CongestionWindow();
    private long nowNs = 5_000_000;
    private long sequence;
    private long variationNs;

    /** A window is sent, and its arrival told in a round trip. */
    private void round(long rttNs, boolean isLimited) {
        long bytes = window.bytes();
        if (isLimited) {
            window.onBlocked();
        }
        nowNs += rttNs;
        sequence += bytes;
        window.onSample(rttNs, 0, variationNs, nowNs);
        window.onAcknowledged(bytes, bytes, sequence, sequence, nowNs);
    }

    private void rounds(int count, long rttNs) {
        for (int i = 0; i < count; i++) {
            round(rttNs, true);
        }
    }

    private void lose(long bytes, long rttNs) {
        window.onLost(bytes);
        round(rttNs, true);
    }

    @Test
    void shouldDoubleWhileNothingWaits() {
        round(BASE_NS, true);
        assertEquals(2 * CongestionWindow.WINDOW_INITIAL, window.bytes());
        rounds(20, BASE_NS);
        assertEquals(CongestionWindow.WINDOW_MAX, window.bytes());
    }

    @Test
    void shouldNotGrowWhileItIsNotUsed() {
        round(BASE_NS, false);
        assertEquals(CongestionWindow.WINDOW_INITIAL, window.bytes());
    }

    @Test
    void shouldForgetWhatIsNotUsed() {
        rounds(20, BASE_NS);
        for (int i = 0; i < 1000; i++) {
            window.onSample(BASE_NS, 0, 0, nowNs);
            window.onAcknowledged(4096, 4096, ++sequence, sequence, nowNs);
        }
        assertTrue(window.bytes() <= 2 * CongestionWindow.WINDOW_INITIAL, "" + window.bytes());
    }

    @Test
    void shouldShrinkWhenThePathTakesLonger() {
        rounds(6, BASE_NS);
        long before = window.bytes();
        round(BASE_NS + 2 * CongestionWindow.DELAY_MAX_NS, true);
        assertTrue(window.bytes() < before, "" + window.bytes());
        rounds(100, BASE_NS + 2 * CongestionWindow.DELAY_MAX_NS);
        assertEquals(CongestionWindow.WINDOW_MIN, window.bytes());
    }

    /** As on a machine that is busy with other work: delays of milliseconds, and no queue. */
    @Test
    void shouldNotShrinkForAnswersThatAreLateNowAndThen() {
        rounds(6, BASE_NS);
        long before = window.bytes();
        long lateNs = BASE_NS + 4 * CongestionWindow.DELAY_MAX_NS;
        variationNs = 16 * CongestionWindow.DELAY_MAX_NS;
        rounds(100, lateNs);
        assertTrue(window.bytes() >= before, "" + window.bytes());

        variationNs = 0;
        rounds(100, lateNs);
        assertEquals(CongestionWindow.WINDOW_MIN, window.bytes(), "this late each time");
    }

    /** However fast one is, what waits for it alone is in the end as short as for another. */
    @Test
    void shouldWaitLessForWhoHasMoreInFlight() {
        assertEquals(CongestionWindow.DELAY_MAX_NS, CongestionWindow.delayNs(1));
        assertEquals(
                CongestionWindow.DELAY_MIN_NS, CongestionWindow.delayNs(CongestionWindow.WIDE));
        long last = CongestionWindow.DELAY_MAX_NS;
        for (long bytes = 4 << 10; bytes <= CongestionWindow.WINDOW_MAX; bytes += 1000) {
            long delayNs = CongestionWindow.delayNs(bytes);
            assertTrue(delayNs <= last, bytes + ": " + delayNs);
            last = delayNs;
        }
        assertEquals(CongestionWindow.DELAY_MIN_NS, last);
    }

    @Test
    void shouldTakeLossAloneForAnAccident() {
        rounds(4, BASE_NS);
        long before = window.bytes();
        lose(before / 20, BASE_NS);
        assertTrue(window.bytes() >= before, "" + window.bytes());
    }

    @Test
    void shouldTakeLossInAQueueForAFullOne() {
        rounds(4, BASE_NS);
        long before = window.bytes();
        lose(before / 20, BASE_NS + CongestionWindow.delayNs(before) * 3 / 4);
        assertEquals(before - before / 4, window.bytes());
    }

    @Test
    void shouldShrinkWhenMuchIsLostWithoutAQueue() {
        rounds(4, BASE_NS);
        long before = window.bytes();
        lose(before / 2, BASE_NS);
        assertEquals(before - before / 4, window.bytes());
    }

    @Test
    void shouldHalveWhenNothingIsHeardForLong() {
        round(BASE_NS, true);
        long before = window.bytes();
        window.onTimeout(1000 * US, nowNs + 1000 * US);
        assertEquals(before, window.bytes());
        window.onTimeout(1000 * US, nowNs + 2000 * US);
        assertEquals(before / 2, window.bytes());
        window.onTimeout(1000 * US, nowNs + 2001 * US);
        assertEquals(before / 2, window.bytes());
    }

    @Test
    void shouldForgetThePathInAPause() {
        rounds(10, BASE_NS);
        long before = window.bytes();
        window.onSend(nowNs, 0, nowNs + 99_999 * US);
        assertEquals(before, window.bytes());
        window.onSend(nowNs, 0, nowNs + 200_000 * US);
        assertEquals(before / 4, window.bytes());
        window.onSend(nowNs, 0, nowNs + 900_000_000 * US);
        assertEquals(CongestionWindow.WINDOW_INITIAL, window.bytes());
    }

    /** Who came while a queue stood takes it for the path, until it has let it run dry. */
    @Test
    void shouldLookBehindItsOwnQueueNowAndThen() {
        rounds(10, 3 * BASE_NS);
        long before = window.bytes();
        nowNs += CongestionWindow.DRAIN_INTERVAL_NS;
        round(3 * BASE_NS + US, true);
        assertTrue(window.bytes() <= before / 4, "" + window.bytes());
        round(BASE_NS, true);
        assertEquals(BASE_NS, window.baseNs());
        round(3 * BASE_NS, true);
        assertTrue(window.bytes() < before, "" + window.bytes());
    }

    @Test
    void shouldCutSuperFramesShortWhenCrowded() {
        assertEquals(Association.SUPER_FRAME_MAX, window.frameMax());
        round(BASE_NS, true);
        rounds(100, 10 * BASE_NS);
        assertEquals(CongestionWindow.FRAME_MIN, window.frameMax());
    }

    /** A host whose CPU is taken away says nothing about the path. */
    @Test
    void shouldNotTakeAStallForACrowd() {
        rounds(6, BASE_NS);
        long before = window.bytes();
        long stallNs = 5_000 * US;
        for (int i = 0; i < 15; i++) {
            stalledRound(BASE_NS + stallNs, stallNs);
        }
        assertTrue(window.bytes() >= before, "" + window.bytes());
        assertEquals(BASE_NS, window.baseNs());
    }

    @Test
    void shouldShrinkWhenEvenWithoutTheStallThePathTakesLonger() {
        rounds(6, BASE_NS);
        long before = window.bytes();
        long stallNs = 5_000 * US;
        stalledRound(BASE_NS + 2 * CongestionWindow.DELAY_MAX_NS + stallNs, stallNs);
        assertTrue(window.bytes() < before, "" + window.bytes());
    }

    @Test
    void shouldGrowToWhatASuperFrameNeedsWhileAllIsStalled() {
        round(BASE_NS, false);
        for (int i = 0; i < 1000; i++) {
            stalledRound(6_000 * US, 5_950 * US);
        }
        assertTrue(window.bytes() >= CongestionWindow.WIDE, "" + window.bytes());
        assertTrue(window.bytes() < 2 * CongestionWindow.WIDE, "" + window.bytes());
    }

    private void stalledRound(long rttNs, long unseenNs) {
        long bytes = window.bytes();
        window.onBlocked();
        nowNs += rttNs;
        sequence += bytes;
        window.onSample(rttNs, unseenNs, 0, nowNs);
        window.onAcknowledged(bytes, bytes, sequence, sequence, nowNs);
    }
}
