// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CreditTest {
    private static final long WINDOW = 8 << 20;
    private static final long SLACK = 64 << 10;

    private final Credit credit = new Credit(1000, 5000);

    @Test
    void shouldLetTheFirstMessageGoUnasked() {
        assertEquals(SLACK, credit.available(1000));
        assertEquals(SLACK - 100, credit.available(1100));
    }

    @Test
    void shouldUseWhatThePeerGrants() {
        credit.onGrant(200_000);
        assertEquals(199_000, credit.available(1000));
        credit.onGrant(150_000);
        assertEquals(199_000, credit.available(1000));
    }

    @Test
    void shouldGrantAWindowBeyondWhatHasCome() {
        assertEquals(5000 + WINDOW, credit.limit());
        credit.extend(6000);
        assertEquals(6000 + WINDOW, credit.limit());
    }

    @Test
    void shouldGrantLessForWhatIsHeld() {
        credit.onHeldBytesChange(400);
        credit.extend(6000);
        assertEquals(5600 + WINDOW, credit.limit());
    }

    @Test
    void shouldNeverTakeBack() {
        credit.onHeldBytesChange(WINDOW);
        credit.extend(6000);
        assertEquals(5000 + WINDOW, credit.limit());
    }

    @Test
    void shouldTolerateAcknowledgementsBeyondIt() {
        assertFalse(credit.isExceededBy(credit.limit() + SLACK));
        assertTrue(credit.isExceededBy(credit.limit() + SLACK + 1));
    }

    @Test
    void shouldAnnounceAWindowForAllThatIsTaken() {
        // A firewall drops what is outside of it, and the field counts units of 16 KiB.
        int announced = credit.windowBytes(5001) >> 14 << 14;
        assertTrue(5001 + announced >= credit.limit() + SLACK);
        assertEquals(0, credit.windowBytes(credit.limit() + 2 * SLACK) >> 14);
    }

    @Test
    void shouldKeepAPartForFramesOfNics() {
        credit.onGrant(1000 + WINDOW);
        assertEquals(2 << 20, credit.availableForFrames(1000, 0));
        assertEquals(6 << 20, credit.availableForMessages(1000, 0));
        // Messages have used up theirs.
        long next = 1000 + (6 << 20);
        assertEquals(0, credit.availableForMessages(next, 6 << 20));
        assertEquals(2 << 20, credit.availableForFrames(next, 6 << 20));
    }

    @Test
    void shouldKeepTheRestForMessages() {
        credit.onGrant(1000 + WINDOW);
        long next = 1000 + (2 << 20);
        assertEquals(0, credit.availableForFrames(next, 0));
        assertEquals(6 << 20, credit.availableForMessages(next, 0));
        credit.onAcknowledged(next);
        assertEquals((6 << 20) / 4, credit.availableForFrames(next, 0));
    }

    @Test
    void shouldLeaveMessagesEnoughOfASmallCredit() {
        credit.onAcknowledged(900);
        credit.onGrant(1000 + 64_000 + 16_000);
        assertEquals(20_000, credit.availableForFrames(1000, 0));
        assertEquals(60_000, credit.availableForMessages(1000, 0));
    }
}
