// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SynCookieTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<NativeBuffer> memory = new ArrayList<>();
    private final SynCookie cookies = new SynCookie(new byte[32]);
    private final FrameHeader client = syn("10.0.0.1", 40_000);
    private final FrameHeader otherHost = syn("10.0.0.2", 40_000);
    private final FrameHeader otherPort = syn("10.0.0.1", 40_001);
    private final FrameHeader otherVersion = syn("fd00::1", 40_000);

    private FrameHeader syn(String address, int port) {
        Endpoint sender = new Endpoint(0, IpAddress.parse(address), port);
        NativeBuffer frame = new NativeBuffer(128);
        memory.add(frame);
        new FrameWriter(sender, sender, 1500).writeSyn(frame.slice(), 77, 65535);
        return new FrameHeader().wrap(frame.slice());
    }

    @AfterEach
    void close() {
        memory.forEach(NativeBuffer::close);
    }

    @Test
    void shouldBelieveItsOwnCookie() {
        int cookie = cookies.make(client, 77, 0);
        assertTrue(cookies.isGood(cookie, client, 77, 0));
    }

    @Test
    void shouldNotBelieveItForAnybodyElse() {
        int cookie = cookies.make(client, 77, 0);
        assertFalse(cookies.isGood(cookie, otherHost, 77, 0));
        assertFalse(cookies.isGood(cookie, otherPort, 77, 0));
        assertFalse(cookies.isGood(cookie, otherVersion, 77, 0));
        assertFalse(cookies.isGood(cookie, client, 78, 0));
        assertFalse(cookies.isGood(cookie + 1, client, 77, 0));
    }

    @Test
    void shouldBelieveItForOneToTwoPeriods() {
        int cookie = cookies.make(client, 77, 15 * SECOND);
        assertTrue(cookies.isGood(cookie, client, 77, 31 * SECOND));
        assertFalse(cookies.isGood(cookie, client, 77, 32 * SECOND));
    }

    @Test
    void shouldWorkWhenTheClockIsNegative() {
        int cookie = cookies.make(client, 77, -SECOND);
        assertTrue(cookies.isGood(cookie, client, 77, SECOND));
    }

    @Test
    void shouldDependOnTheKey() {
        byte[] key = new byte[32];
        key[31] = 1;
        assertNotEquals(cookies.make(client, 77, 0), new SynCookie(key).make(client, 77, 0));
    }

    @Test
    void shouldNotChangeWithinAPeriod() {
        assertEquals(cookies.make(client, 3, 4), cookies.make(client, 3, 15 * SECOND));
    }
}
