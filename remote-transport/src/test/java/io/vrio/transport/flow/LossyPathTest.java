// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long requests take whose frames are lost, in simulated time. A request of 4 KiB is three
 * frames one way and one the other.
 */
final class LossyPathTest {
    private static final int LENGTH = 4096;
    private static final long MS = 1_000_000;

    private LossyPath path;
    private long usualNs;

    @AfterEach
    void close() {
        path.close();
    }

    private void reads() {
        warmUp(LossyPath.reads(LENGTH, 1));
    }

    private void writes() {
        warmUp(LossyPath.writes(LENGTH, 1));
    }

    /** Both ends have learnt how long answers take. */
    private void warmUp(LossyPath newPath) {
        path = newPath;
        path.run(1, 20 * MS);
        usualNs = path.requestNs();
    }

    private void assertTakes(double timesMax) {
        long tookNs = path.requestNs();
        assertTrue(tookNs > usualNs, "nothing was lost");
        assertTrue(tookNs <= timesMax * usualNs, tookNs + " ns instead of " + usualNs);
    }

    @Test
    void shouldSoonSendAgainARequestThatIsLost() {
        reads();
        path.loseTowardsIohyp(0);
        assertTakes(3);
    }

    @Test
    void shouldSoonSendAgainAnAnswerThatIsLost() {
        writes();
        path.loseTowardsServer(0);
        assertTakes(3.5);
    }

    @Test
    void shouldSoonSendAgainTheLastPieceOfARequest() {
        writes();
        path.loseTowardsIohyp(2);
        assertTakes(3);
    }

    @Test
    void shouldSoonSendAgainTheFirstPieceOfAnAnswer() {
        reads();
        path.loseTowardsServer(0);
        assertTakes(3.5);
    }

    @Test
    void shouldSendAgainAPieceInTheMiddleAtOnce() {
        reads();
        path.loseTowardsServer(1);
        assertTakes(2.5);
    }

    @Test
    void shouldSoonSendAgainTheLastPieceOfAnAnswer() {
        reads();
        path.loseTowardsServer(2);
        assertTakes(3.5);
    }

    @Test
    void shouldSoonSendAgainWhatIsLostTwice() {
        reads();
        path.loseTowardsIohyp(0, 1);
        assertTakes(7);
    }

    @Test
    void shouldSoonSendAgainWhatIsLostInBothDirections() {
        writes();
        path.loseTowardsIohyp(0, 1, 2);
        path.loseTowardsServer(0);
        assertTakes(8);
    }

    @Test
    void shouldSurviveABurstOfLosses() {
        writes();
        path.loseTowardsIohyp(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        path.loseTowardsServer(0, 1, 2, 3);
        // Four times its three frames are lost, and then four of what comes back: the waits double.
        assertTakes(100);
    }

    @Test
    void shouldHearFromAWaitingServerThatAnAnswerIsLost() {
        writes();
        // A guest that pauses: answers are acknowledged late, and the IOhyp waits for that.
        path.thinkNs(500 * LossyPath.US).run(1, 50 * MS);
        path.loseTowardsServer(0);
        assertTakes(5);
    }

    @Test
    void shouldAskOnceWhenAnAcknowledgementIsLost() {
        writes();
        path.thinkNs(500 * LossyPath.US).run(1, 50 * MS);
        long before = path.iohypCounters().value(AssociationCounter.PIECES_RESENT);
        path.loseTowardsIohyp(3);
        path.requestNs();
        assertEquals(before + 1, path.iohypCounters().value(AssociationCounter.PIECES_RESENT));
    }

    @Test
    void shouldLearnThatADiskIsSlow() {
        reads();
        path.serviceNs(5 * MS).run(1, 50 * MS);
        long before = path.serverCounters().value(AssociationCounter.PROBES_SENT);
        path.run(1, 500 * MS);
        assertEquals(before, path.serverCounters().value(AssociationCounter.PROBES_SENT));
    }

    @Test
    void shouldSendNothingAgainWhenNothingIsLost() {
        reads();
        long before = path.serverCounters().value(AssociationCounter.PIECES_RESENT);
        path.run(32, 20 * MS);
        path.run(1, 20 * MS);
        assertEquals(before, path.serverCounters().value(AssociationCounter.PIECES_RESENT));
    }

    @ParameterizedTest
    @CsvSource({
        "false, 1, 1000, 95", "false, 1, 10000, 80", "false, 1, 50000, 40",
        "true, 1, 1000, 95", "true, 1, 10000, 80", "true, 1, 50000, 40",
        "false, 32, 1000, 95", "false, 32, 10000, 95", "false, 32, 50000, 85",
        "true, 32, 1000, 95", "true, 32, 10000, 95", "true, 32, 50000, 85"
    })
    void shouldKeepItsRate(boolean isWrite, int depth, int lossPpm, int percentMin) {
        path = isWrite ? LossyPath.writes(LENGTH, 7) : LossyPath.reads(LENGTH, 7);
        path.run(depth, 20 * MS);
        long lossless = path.run(depth, 100 * MS);
        long lossy = path.lossPpm(lossPpm).run(depth, 100 * MS);
        assertTrue(path.lost() > 0);
        assertTrue(100 * lossy >= percentMin * lossless, lossy + " instead of " + lossless);
        assertTrue(path.percentileNs(999) < 2 * MS, path.percentileNs(999) + " ns");
    }
}
