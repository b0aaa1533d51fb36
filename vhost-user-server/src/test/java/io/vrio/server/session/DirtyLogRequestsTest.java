// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.SET_FEATURES;
import static io.vrio.server.protocol.VhostUserRequest.SET_LOG_BASE;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_ADDR;
import static io.vrio.server.session.FakeFrontend.longs;
import static io.vrio.server.session.ServedSession.F_PROTOCOL;
import static io.vrio.server.session.ServedSession.GUEST;
import static io.vrio.server.session.ServedSession.MEMORY_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.virtqueue.RingFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A frontend that is about to save or move its guest, in QEMU's order. */
final class DirtyLogRequestsTest {
    private static final int PAGE = 4096;
    private static final long LOG_LENGTH = (GUEST + MEMORY_LENGTH) / PAGE / 8;
    private static final long ALL = RingFeatures.SPLIT | F_PROTOCOL | ProtocolFeatures.LOG_ALL;
    private static final long USED_PAGE = GUEST / PAGE + 5;

    private final ServedSession served = new ServedSession();
    private final FakeFrontend frontend = served.frontend;
    private final GuestRam log = new GuestRam(LOG_LENGTH, 0, 0);

    @AfterEach
    void close() {
        served.close();
        log.close();
    }

    private void setLogBase() {
        frontend.send(SET_LOG_BASE, longs(LOG_LENGTH, 0), log.fd());
        assertEquals(0, frontend.receive(SET_LOG_BASE.code()).number());
    }

    private boolean setUsedLog(long flags) {
        long indexAndFlags = flags << Integer.SIZE;
        return frontend.ask(
                SET_VRING_ADDR,
                longs(
                        indexAndFlags,
                        ServedSession.DESCRIPTORS,
                        ServedSession.USED,
                        ServedSession.AVAIL,
                        USED_PAGE * PAGE));
    }

    private long marks() {
        long first = GUEST / PAGE / 8;
        long marks = log.slice().getLong(first);
        log.slice().putLong(first, 0);
        return marks;
    }

    @Test
    void shouldMarkTheUsedRingOfARunningVring() {
        served.start();
        setLogBase();
        assertTrue(frontend.ask(SET_FEATURES, longs(ALL)));
        assertTrue(setUsedLog(1));

        served.device.queue(0).requestKicks();

        assertEquals(1L << 5, marks());
    }

    @Test
    void shouldMarkNothingAfterTheEnd() {
        served.start();
        setLogBase();
        assertTrue(frontend.ask(SET_FEATURES, longs(ALL)));
        assertTrue(setUsedLog(1));
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.SPLIT | F_PROTOCOL)));

        served.device.queue(0).requestKicks();

        assertEquals(0, marks());
    }

    @Test
    void shouldKeepTheDeviceFromTheFeature() {
        served.start();
        served.device.told();

        assertTrue(frontend.ask(SET_FEATURES, longs(ALL)));

        assertEquals(
                "features 0x" + Long.toHexString(RingFeatures.SPLIT), served.device.told().get(0));
    }

    @Test
    void shouldLetGoOfTheLogWithTheFrontend() {
        served.start();
        setLogBase();
        assertEquals(1, log.serverMappings());

        served.session.close();

        assertEquals(0, log.serverMappings());
    }

    @Test
    void shouldEndAFrontendWhoseLogCannotBe() {
        served.start();

        frontend.send(SET_LOG_BASE, longs(LOG_LENGTH + PAGE, 0), log.fd());

        assertTrue(frontend.isClosedByServer());
    }
}
