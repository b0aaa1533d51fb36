// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a server tells the guests of one that it has followed. */
final class LossNoticeTest {
    private final KnownIncarnations host = KnownIncarnations.forgetful();
    private final LossNotice.Mark mark = new LossNotice.Mark();

    /** A server begins, and meets the disk. */
    private boolean meet(long incarnation) {
        return new LossNotice("disk", host).onIncarnation(incarnation);
    }

    @Test
    void shouldSayNothingOfADiskThatNoServerHasHad() {
        assertFalse(meet(7));
        assertEquals(OptionalLong.of(7), host.find("disk"));
    }

    @Test
    void shouldSayNothingWhenOnlyTheServerStartedAgain() {
        meet(7);

        assertFalse(meet(7));
    }

    @Test
    void shouldTellOfALossBetweenTwoServers() {
        meet(7);
        LossNotice second = new LossNotice("disk", host);

        assertTrue(second.onIncarnation(8));
        second.mark(mark, 0);
        assertTrue(second.isOwed(mark, false));
    }

    @Test
    void shouldTellAgainWhatTheServerBeforeHasNotToldToTheEnd() {
        meet(7);
        LossNotice second = new LossNotice("disk", host);
        second.onIncarnation(8);
        second.mark(mark, 0);
        second.onTold(mark, 0);
        second.mark(mark, LossNotice.TELLING_NS - 1);

        assertTrue(meet(8));
    }

    @Test
    void shouldNotTellAgainWhatHasBeenTold() {
        meet(7);
        LossNotice second = new LossNotice("disk", host);
        second.onIncarnation(8);
        second.mark(mark, 0);
        second.onTold(mark, 0);
        second.mark(mark, LossNotice.TELLING_NS);

        assertFalse(meet(8));
    }

    @Test
    void shouldKnowTheDisksApart() {
        meet(7);

        assertFalse(new LossNotice("another", host).onIncarnation(8));
    }
}
