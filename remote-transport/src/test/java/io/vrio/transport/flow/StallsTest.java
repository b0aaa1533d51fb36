// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class StallsTest {
    private static final long US = 1000;
    private static final long MS = 1000 * US;
    private static final long BEGUN = -3 * MS;

    private final Stalls stalls = new Stalls(BEGUN);

    @Test
    void shouldSeeWhatComesWhileItLooks() {
        stalls.onEnd(BEGUN + 10 * US);
        assertEquals(0, stalls.onReceive(BEGUN + 20 * US));
    }

    @Test
    void shouldNotKnowWhenThatCameWhichItFindsAfterWork() {
        stalls.onEnd(BEGUN + 100 * US);
        assertEquals(150 * US, stalls.onReceive(BEGUN + 250 * US));
        assertEquals(160 * US, stalls.onReceive(BEGUN + 260 * US));
    }

    @Test
    void shouldCallItACrowdWhenWorkDoesNotEnd() {
        long nowNs = BEGUN;
        for (int i = 0; i < 100; i++) {
            nowNs += 100 * US;
            stalls.onReceive(nowNs);
        }
        assertEquals(Stalls.BUSY_MAX_NS, stalls.onReceive(nowNs + US));
    }

    @Test
    void shouldNotKnowWhenThatCameWhichItFindsAfterAStall() {
        stalls.onEnd(BEGUN + 10 * US);
        assertEquals(4 * MS, stalls.onReceive(BEGUN + 10 * US + 4 * MS));
        assertEquals(4 * MS + 50 * US, stalls.onReceive(BEGUN + 60 * US + 4 * MS));
    }

    @Test
    void shouldKnowAgainOnceItHasReceivedWhatWaited() {
        stalls.onReceive(BEGUN + 4 * MS);
        stalls.onEnd(BEGUN + 4 * MS + 10 * US);
        assertEquals(0, stalls.onReceive(BEGUN + 4 * MS + 15 * US));
    }

    @Test
    void shouldNotDoubtForLongerThanTheStall() {
        stalls.onReceive(BEGUN + MS);
        long nowNs = BEGUN + MS;
        for (int i = 0; i < 10; i++) {
            nowNs += 200 * US;
            stalls.onReceive(nowNs);
        }
        assertEquals(Stalls.BUSY_MAX_NS, stalls.onReceive(nowNs + US));
    }
}
