// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.wire.Endpoint;
import org.junit.jupiter.api.Test;

final class SynCookieTest {
    private static final Endpoint CLIENT = new Endpoint(0, 0x0A000001, 40_000);
    private static final long SECOND = 1_000_000_000L;

    private final SynCookie cookies = new SynCookie(new byte[32]);

    @Test
    void shouldBelieveItsOwnCookie() {
        int cookie = cookies.make(CLIENT, 77, 0);
        assertTrue(cookies.isGood(cookie, CLIENT, 77, 0));
    }

    @Test
    void shouldNotBelieveItForAnybodyElse() {
        int cookie = cookies.make(CLIENT, 77, 0);
        assertFalse(cookies.isGood(cookie, new Endpoint(0, 0x0A000002, 40_000), 77, 0));
        assertFalse(cookies.isGood(cookie, new Endpoint(0, 0x0A000001, 40_001), 77, 0));
        assertFalse(cookies.isGood(cookie, CLIENT, 78, 0));
        assertFalse(cookies.isGood(cookie + 1, CLIENT, 77, 0));
    }

    @Test
    void shouldBelieveItForOneToTwoPeriods() {
        int cookie = cookies.make(CLIENT, 77, 15 * SECOND);
        assertTrue(cookies.isGood(cookie, CLIENT, 77, 31 * SECOND));
        assertFalse(cookies.isGood(cookie, CLIENT, 77, 32 * SECOND));
    }

    @Test
    void shouldWorkWhenTheClockIsNegative() {
        int cookie = cookies.make(CLIENT, 77, -SECOND);
        assertTrue(cookies.isGood(cookie, CLIENT, 77, SECOND));
    }

    @Test
    void shouldDependOnTheKey() {
        byte[] key = new byte[32];
        key[31] = 1;
        assertNotEquals(cookies.make(CLIENT, 77, 0), new SynCookie(key).make(CLIENT, 77, 0));
    }

    @Test
    void shouldNotChangeWithinAPeriod() {
        assertEquals(cookies.make(CLIENT, 3, 4), cookies.make(CLIENT, 3, 15 * SECOND));
    }
}
