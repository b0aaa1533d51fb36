// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kicks and calls of rings of all formats. */
final class VirtqueueNotificationTest {
    private ServedRing ring;
    private RingDriver driver;
    private Virtqueue queue;

    private void serve(ServedRing newRing) {
        ring = newRing;
        driver = ring.driver;
        queue = ring.queue;
    }

    @AfterEach
    void close() {
        ring.close();
    }

    /** Takes one chain and gives it back; whether the guest wants a call. */
    private boolean isCalledForOneChain() throws MalformedChainException {
        ring.offer(1);
        ring.takeAndPush();
        return queue.publish();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCallForEachBatchWithoutEventIndex(RingFormat format) throws Exception {
        serve(ServedRing.plain(format));
        assertTrue(isCalledForOneChain());
        assertTrue(isCalledForOneChain());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotCallTwiceForTheSame(RingFormat format) throws Exception {
        serve(ServedRing.plain(format));
        assertTrue(isCalledForOneChain());
        assertFalse(queue.publish());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotCallAGuestThatAskedForSilence(RingFormat format) throws Exception {
        serve(ServedRing.plain(format));
        driver.suppressCalls(true);
        assertFalse(isCalledForOneChain());
        assertFalse(queue.isIdleCallDue());
        driver.suppressCalls(false);
        assertTrue(isCalledForOneChain());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCallWhenThePlaceIsPassed(RingFormat format) throws Exception {
        serve(ServedRing.of(format));
        driver.wantCallAfter(1);
        assertFalse(isCalledForOneChain());
        assertTrue(isCalledForOneChain());
        assertFalse(isCalledForOneChain());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCallOnceForABatchThatPassesThePlace(RingFormat format) throws Exception {
        serve(ServedRing.of(format));
        driver.wantCallAfter(1);
        for (int i = 0; i < 3; i++) {
            ring.offer(1);
        }
        for (int i = 0; i < 3; i++) {
            ring.takeAndPush();
        }
        assertTrue(queue.publish());
        assertFalse(queue.publish());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWantNoKicksWhileItPolls(RingFormat format) {
        serve(ServedRing.plain(format));
        queue.suppressKicks();
        ring.offer(1);
        assertFalse(driver.isKickWanted());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWantEachKickWithoutEventIndex(RingFormat format) {
        serve(ServedRing.plain(format));
        queue.suppressKicks();
        assertFalse(queue.requestKicks());
        ring.offer(1);
        assertTrue(driver.isKickWanted());
        ring.offer(1);
        assertTrue(driver.isKickWanted());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSeeAChainThatCameBeforeTheWishForKicks(RingFormat format) {
        serve(ServedRing.of(format));
        ring.offer(1);
        assertTrue(queue.requestKicks());
    }
}
