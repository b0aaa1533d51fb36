// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories that it must refuse or believe, and every order of short ones. */
final class SectorHistoryTest {
    private static final int HISTORIES = 15_000;

    private final NativeBuffer memory = new NativeBuffer(SectorHistory.SECTOR);
    private SectorHistory history = new SectorHistory(1, false);

    @AfterEach
    void close() {
        memory.close();
    }

    private SectorOperation beginWrite() {
        return history.beginChange(0, 1, false);
    }

    private SectorOperation write() {
        SectorOperation write = beginWrite();
        history.onChanged(write);
        return write;
    }

    private SectorOperation beginRead() {
        return history.beginRead(0, 1);
    }

    private void put(long version) {
        memory.slice().fill(0, SectorHistory.SECTOR, (byte) 0);
        if (version > 0) {
            SectorHistory.fill(memory.slice(), 0, 1, version);
        }
    }

    private void finds(SectorOperation read, long version) {
        put(version);
        history.onRead(read, memory.slice());
    }

    private void finds(long version) {
        finds(beginRead(), version);
    }

    private void crash(long left) {
        put(left);
        history.onCrash(memory.slice(), true);
    }

    private void flush() {
        long begunAt = history.now();
        history.onFlushed(begunAt, begunAt);
    }

    private static void assertRefused(Runnable how) {
        assertThrows(AssertionError.class, how::run);
    }

    @Test
    void shouldRefuseAnOldVersionAfterAnAcknowledgedWrite() {
        write();
        assertRefused(() -> finds(0));
    }

    @Test
    void shouldRefuseALateCopyOfAnOlderWrite() {
        SectorOperation older = write();
        write();
        assertRefused(() -> finds(older.version));
    }

    @Test
    void shouldRefuseALateCopyOfAFailedWrite() {
        SectorOperation failed = beginWrite();
        history.onFailed(failed);
        write();
        assertRefused(() -> finds(failed.version));
    }

    @Test
    void shouldBelieveThatAFailedWriteIsThereOrNot() {
        SectorOperation failed = beginWrite();
        history.onFailed(failed);
        assertDoesNotThrow(() -> finds(failed.version));
    }

    @Test
    void shouldRefuseAFailedWriteThatComesAfterAReadHasNotFoundIt() {
        SectorOperation failed = beginWrite();
        history.onFailed(failed);
        finds(0);
        assertRefused(() -> finds(failed.version));
    }

    @Test
    void shouldRefuseAReadThatFindsLessThanAnEarlierOne() {
        SectorOperation write = beginWrite();
        finds(write.version);
        finds(0);
        assertRefused(() -> history.onChanged(write));
    }

    @Test
    void shouldBelieveReadsThatOverlapAWrite() {
        SectorOperation write = beginWrite();
        SectorOperation read = beginRead();
        finds(0);
        finds(write.version);
        finds(read, 0);
        assertDoesNotThrow(() -> history.onChanged(write));
    }

    @Test
    void shouldRefuseTwoReadsThatDisagreeAboutTheOrderOfWrites() {
        SectorOperation one = beginWrite();
        SectorOperation other = beginWrite();
        finds(one.version);
        finds(other.version);
        finds(one.version);
        history.onChanged(one);
        assertRefused(() -> history.onChanged(other));
    }

    @Test
    void shouldBelieveThatAWriteTookEffectTwiceWhenItWasSentAgain() {
        SectorOperation one = beginWrite();
        SectorOperation other = beginWrite();
        finds(one.version);
        finds(other.version);
        history.onSentAgain();
        finds(one.version);
        history.onChanged(one);
        assertDoesNotThrow(() -> history.onChanged(other));
    }

    @Test
    void shouldRefuseAWriteThatWasSentAgainAndTookEffectAfterItsEnd() {
        SectorOperation one = beginWrite();
        history.onSentAgain();
        history.onChanged(one);
        write();
        assertRefused(() -> finds(one.version));
    }

    @Test
    void shouldRefuseTheLossOfAFlushedWrite() {
        write();
        flush();
        assertRefused(() -> crash(0));
    }

    @Test
    void shouldBelieveTheLossOfAWriteThatWasNotFlushed() {
        write();
        assertDoesNotThrow(() -> crash(0));
    }

    @Test
    void shouldRefuseAFlushThatVouchesForALostWrite() {
        write();
        crash(0);
        assertRefused(this::flush);
    }

    @Test
    void shouldBelieveAFlushAfterAnotherOneHasFailed() {
        write();
        crash(0);
        history.onFlushFailed(history.now());
        assertDoesNotThrow(this::flush);
    }

    @Test
    void shouldBelieveAFlushAfterTheLossInTheFirstOfTwoCrashesWasToldAndTheGuestLooksLater() {
        SectorOperation lost = beginWrite();
        history.onUsed(lost);
        crash(0);
        history.onFlushFailed(history.now());
        crash(0);
        history.onChanged(lost);
        assertDoesNotThrow(this::flush);
    }

    @Test
    void shouldBelieveTheSameOfAWriteThatWasDoneBeforeTheCrashAndUsedAfterIt() {
        SectorOperation lost = beginWrite();
        crash(0);
        history.onUsed(lost);
        history.onFlushFailed(history.now());
        crash(0);
        history.onChanged(lost);
        assertDoesNotThrow(this::flush);
    }

    @Test
    void shouldRefuseAFlushThatVouchesForAWriteWhichTheSecondCrashHasLost() {
        SectorOperation lost = beginWrite();
        crash(0);
        put(lost.version);
        history.onUsed(lost);
        history.onFlushFailed(history.now());
        crash(0);
        history.onChanged(lost);
        assertRefused(this::flush);
    }

    @Test
    void shouldRefuseAFlushThatVouchesForAWriteWhichTheGuestSeesAfterTheCrash() {
        SectorOperation lost = beginWrite();
        history.onUsed(lost);
        history.onFlushFailed(history.now());
        crash(0);
        history.onChanged(lost);
        assertRefused(this::flush);
    }

    @Test
    void shouldRefuseTheLossOfAWriteWithoutCache() {
        history = new SectorHistory(1, true);
        write();
        assertRefused(() -> crash(0));
    }

    @Test
    void shouldRefuseTheReturnOfWhatACrashHasLost() {
        SectorOperation lost = write();
        crash(0);
        assertRefused(() -> finds(lost.version));
    }

    @Test
    void shouldBelieveAReadThatWasDoneBeforeTwoCrashes() {
        SectorOperation lost = write();
        SectorOperation read = beginRead();
        crash(0);
        crash(0);
        assertDoesNotThrow(() -> finds(read, lost.version));
    }

    @Test
    void shouldBelieveThatAWriteWithoutCacheWasOverwrittenBeforeACrashAndEndsAfterIt() {
        history = new SectorHistory(1, true);
        SectorOperation slow = beginWrite();
        SectorOperation other = write();
        crash(other.version);
        assertDoesNotThrow(() -> history.onChanged(slow));
    }

    @Test
    void shouldRefuseTheLossOfAWriteWithoutCacheThatEndsAfterTheCrash() {
        history = new SectorHistory(1, true);
        write();
        SectorOperation lost = beginWrite();
        crash(1);
        assertRefused(() -> history.onChanged(lost));
    }

    @Test
    void shouldBelieveAReadThatWasDoneBeforeAFlushedWriteAndEndsAfterACrash() {
        SectorOperation read = beginRead();
        SectorOperation write = write();
        flush();
        flush();
        crash(write.version);
        assertDoesNotThrow(() -> finds(read, 0));
    }

    @Test
    void shouldRefuseAReadThatFindsInACrashWhatItNeverCould() {
        SectorOperation older = write();
        write();
        flush();
        SectorOperation read = beginRead();
        SectorOperation newest = write();
        flush();
        crash(newest.version);
        assertRefused(() -> finds(read, older.version));
    }

    /** Three operations of all kinds, in all orders of their begins and ends: 46,080 histories. */
    @Test
    void shouldFindAnOrderExactlyWhenThereIsOne() {
        List<String> wrong = new ArrayList<>();
        for (int kinds = 0; kinds < 8 * 8 * 8; kinds++) {
            ShortHistory.forEachTiming(
                    new int[] {kinds & 7, kinds >> 3 & 7, kinds >> 6},
                    h -> {
                        if (!h.searched().equals(h.tried())) {
                            wrong.add(h.toString());
                        }
                    });
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void shouldFindAnOrderOfFiveOperationsExactlyWhenThereIsOne() {
        SplittableRandom random = new SplittableRandom(5);
        Set<Boolean> verdicts = new TreeSet<>();
        for (int i = 0; i < HISTORIES; i++) {
            ShortHistory h = ShortHistory.random(5, random);
            assertEquals(h.tried(), h.searched(), h::toString);
            verdicts.add(h.tried().isEmpty());
        }
        assertEquals(Set.of(false, true), verdicts);
    }

    @Test
    void shouldBelieveWhateverADiskMayLeaveAfterACrash() {
        long[] counts = CrashHistory.compare(HISTORIES, false, new SplittableRandom(6));
        assertEquals(0, counts[CrashHistory.WRONGLY_REFUSED]);
        assertTrue(counts[CrashHistory.RIGHTLY_REFUSED] > 500, () -> describe(counts));
        // Of changes that overlap less is kept than the reads between them have told.
        assertTrue(counts[CrashHistory.WRONGLY_BELIEVED] < 400, () -> describe(counts));
    }

    @Test
    void shouldBelieveNothingElseAfterACrashOfACarefulGuestsDisk() {
        long[] counts = CrashHistory.compare(HISTORIES, true, new SplittableRandom(7));
        assertEquals(0, counts[CrashHistory.WRONGLY_REFUSED]);
        assertEquals(0, counts[CrashHistory.WRONGLY_BELIEVED]);
        assertTrue(counts[CrashHistory.RIGHTLY_REFUSED] > 500, () -> describe(counts));
    }

    private static String describe(long[] counts) {
        return LongStream.of(counts).boxed().toList().toString();
    }
}
