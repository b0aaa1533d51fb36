// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PeerProgressTest {
    private static final long MS = 1_000_000;

    private final PeerProgress progress = new PeerProgress(0);

    private long pauseMsAfterLoss() {
        progress.lose("silent", 0);
        return progress.stepNs() / MS;
    }

    @Test
    void shouldBeginAtOnce() {
        assertEquals(PeerState.WAITING, progress.state());
        assertTrue(progress.isStepDue(0));
    }

    @Test
    void shouldWaitLongerFromAttemptToAttempt() {
        assertEquals(
                List.of(50L, 100L, 200L, 400L, 800L, 1000L, 1000L),
                Stream.generate(this::pauseMsAfterLoss).limit(7).toList());
    }

    @Test
    void shouldNotWaitLongAfterAnAttemptThatSucceeded() {
        pauseMsAfterLoss();
        pauseMsAfterLoss();
        progress.establish(0);

        assertEquals(50, pauseMsAfterLoss());
    }

    @Test
    void shouldNotPutOffAStepByHastening() {
        progress.enter(PeerState.GREETING, 0);
        progress.pause(0, PeerProgress.STEP_TIMEOUT_NS);
        progress.hasten(0, 250 * MS);
        progress.hasten(200 * MS, 250 * MS);
        assertEquals(250, progress.stepNs() / MS);
    }

    @Test
    void shouldTellTheReasonUntilThePeerIsBack() {
        progress.lose("silent", 0);
        assertEquals("silent", progress.reason());

        progress.establish(0);
        assertNull(progress.reason());
    }

    @Test
    void shouldTakeAReasonForNewsOnce() {
        assertTrue(progress.lose("silent", 0));
        assertFalse(progress.lose("silent", 0));
        assertTrue(progress.lose("refused", 0));
    }

    @Test
    void shouldTakeAReasonThatComesAndGoesForNewsOnceAMinute() {
        progress.lose("wrong key", 0);
        progress.lose("silent", 1000 * MS);
        assertFalse(progress.lose("wrong key", 2000 * MS));
        progress.lose("silent", 59_999 * MS);

        assertTrue(progress.lose("wrong key", 60_000 * MS));
    }

    @Test
    void shouldTakeTheSameReasonForNewsAfterASuccess() {
        progress.lose("silent", 0);
        progress.establish(0);

        assertTrue(progress.lose("silent", 0));
    }

    @Test
    void shouldWaitLongAfterARefusal() {
        progress.refuse(5 * MS);

        assertEquals(PeerState.REFUSED, progress.state());
        assertEquals(10_005 * MS, progress.stepNs());
    }

    @Test
    void shouldNotTakeSilenceForAnAnswer() {
        progress.enter(PeerState.OPENING, 0);
        progress.lose("no answer", 3000 * MS);
        assertFalse(progress.isTurnedAway());

        progress.enter(PeerState.OPENING, 3050 * MS);
        progress.lose("nothing listens", 3051 * MS);
        assertTrue(progress.isTurnedAway());

        progress.establish(4000 * MS);
        assertFalse(progress.isTurnedAway());
    }

    @Test
    void shouldGiveAStepThreeSeconds() {
        progress.enter(PeerState.OPENING, 7 * MS);

        assertFalse(progress.isOverdue(3006 * MS));
        assertTrue(progress.isOverdue(3007 * MS));
    }
}
