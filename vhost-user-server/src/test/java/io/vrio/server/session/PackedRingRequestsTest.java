// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.GET_INFLIGHT_FD;
import static io.vrio.server.protocol.VhostUserRequest.GET_VRING_BASE;
import static io.vrio.server.protocol.VhostUserRequest.SET_FEATURES;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_CALL;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_KICK;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.sys.Linux;
import io.vrio.server.virtqueue.PackedInFlightLog;
import io.vrio.server.virtqueue.PackedVirtqueue;
import io.vrio.server.virtqueue.RingFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A frontend whose driver has chosen packed rings, in QEMU's order. */
final class PackedRingRequestsTest {
    private static final int SIZE = 100;

    /** Slot 3 of the first round, of both sides. */
    private static final int BASE = 0x8003_8003;

    private final ServedSession served = new ServedSession();
    private final FakeFrontend frontend = served.frontend;

    @BeforeEach
    void negotiate() {
        long features = RingFeatures.ALL | ServedSession.F_PROTOCOL;
        assertTrue(frontend.ask(SET_FEATURES, longs(features)));
        assertTrue(frontend.setMemTable(served.memory));
    }

    @AfterEach
    void close() {
        served.close();
    }

    private void start() {
        assertTrue(frontend.setVringNum(0, SIZE));
        assertTrue(frontend.setVringBase(0, BASE));
        long descriptors = ServedSession.DESCRIPTORS;
        assertTrue(frontend.setVringAddr(0, descriptors, ServedSession.AVAIL, ServedSession.USED));
        assertTrue(frontend.setEvent(SET_VRING_CALL, 0, served.call.fd()));
        assertTrue(frontend.setEvent(SET_VRING_KICK, 0, served.kick.fd()));
    }

    @Test
    void shouldStartARingWhoseSizeIsNoPowerOfTwo() {
        start();

        assertEquals(1, served.session.status().queuesRunning());
        assertTrue(served.device.told().contains("start 0 availIdx " + BASE));
    }

    @Test
    void shouldTellBothSidesOfTheRing() {
        start();

        frontend.beginGetVringBase(0);
        served.session.doWork();

        assertEquals(BASE, frontend.receive(GET_VRING_BASE.code()).vringValue());
    }

    @Test
    void shouldRefuseMoreThanItServes() {
        assertFalse(frontend.setVringNum(0, PackedVirtqueue.SIZE_MAX + 1));
        assertFalse(frontend.setVringNum(0, 0));
    }

    @Test
    void shouldRefuseTheOtherFormatWhileAVringRuns() {
        start();

        long split = RingFeatures.SPLIT | ServedSession.F_PROTOCOL;
        assertFalse(frontend.ask(SET_FEATURES, longs(split)));
    }

    @Test
    void shouldGiveAFileThatHoldsPackedRings() {
        long length = frontend.get(GET_INFLIGHT_FD, longs(0, 0, 2 | SIZE << 16)).longAt(0);

        assertEquals(2 * PackedInFlightLog.length(SIZE), length);
        for (int descriptor : frontend.takeDescriptors()) {
            Linux.close(descriptor);
        }
    }
}
