// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.GET_INFLIGHT_FD;
import static io.vrio.server.protocol.VhostUserRequest.GET_PROTOCOL_FEATURES;
import static io.vrio.server.protocol.VhostUserRequest.SET_INFLIGHT_FD;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.sys.Linux;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.session.FakeFrontend.Reply;
import io.vrio.server.virtqueue.InFlightLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A frontend that keeps what is in flight, in QEMU's order. */
final class InFlightRequestsTest {
    private static final int SEEK_END = 2;
    private static final int RING_SIZE = 64;
    private static final long LOG_LENGTH = 2 * InFlightLog.length(RING_SIZE);

    /** Vrings and size, as they stand in the last number of a message. */
    private static final long TWO_VRINGS = 2 | RING_SIZE << 16;

    private final ServedSession served = new ServedSession();
    private final FakeFrontend frontend = served.frontend;
    private final GuestRam kept = new GuestRam(2 * 4096, 0, 0);

    @AfterEach
    void close() {
        served.close();
        kept.close();
    }

    @Test
    void shouldOfferIt() {
        long features = frontend.getNumber(GET_PROTOCOL_FEATURES);

        assertNotEquals(0, features & ProtocolFeatures.INFLIGHT_SHMFD);
    }

    @Test
    void shouldGiveAFileThatIsLongEnough() {
        Reply reply = frontend.get(GET_INFLIGHT_FD, longs(0, 0, TWO_VRINGS));

        assertEquals(LOG_LENGTH, reply.longAt(0));
        assertEquals(0, reply.longAt(1));
        assertEquals(TWO_VRINGS, reply.longAt(2));
        int[] descriptors = frontend.takeDescriptors();
        assertEquals(1, descriptors.length);
        assertEquals(LOG_LENGTH, Linux.lseek(descriptors[0], 0, SEEK_END));
        Linux.close(descriptors[0]);
    }

    @Test
    void shouldGiveAFileThatKeepsItsLength() {
        frontend.get(GET_INFLIGHT_FD, longs(0, 0, TWO_VRINGS));

        int[] descriptors = frontend.takeDescriptors();
        assertTrue(Linux.isKeptFromShrinking(descriptors[0]));
        Linux.close(descriptors[0]);
    }

    @Test
    void shouldNoteWhatIsTaken() throws Exception {
        assertTrue(setKept(LOG_LENGTH, TWO_VRINGS));
        served.start();

        assertEquals(1, kept.slice().getShort(8));
        assertEquals(RING_SIZE, kept.slice().getShort(10));
    }

    @Test
    void shouldLetGoOfItWithTheFrontend() {
        assertTrue(setKept(LOG_LENGTH, TWO_VRINGS));
        served.start();
        assertEquals(1, kept.serverMappings());

        served.session.close();

        assertEquals(0, kept.serverMappings());
    }

    @Test
    void shouldServeAVringThatTheLogHasNoRoomFor() {
        assertTrue(setKept(InFlightLog.length(8), 1 | 8 << 16));

        served.start();

        assertTrue(served.device.told().contains("start 0 availIdx 0"));
    }

    @Test
    void shouldRefuseAFileThatIsTooShort() {
        assertFalse(setKept(LOG_LENGTH - 1, TWO_VRINGS));
        assertEquals(0, kept.serverMappings());
    }

    @Test
    void shouldRefuseMoreThanTheFileHas() {
        assertFalse(setKept(3 * 4096, TWO_VRINGS));
        assertEquals(0, kept.serverMappings());
    }

    @Test
    void shouldRefuseMoreVringsThanTheDeviceHas() {
        assertFalse(setKept(2 * 4096, FakeDevice.QUEUES + 1 | 8 << 16));
    }

    @Test
    void shouldRefuseItWhileAVringRuns() {
        served.start();

        assertFalse(setKept(LOG_LENGTH, TWO_VRINGS));
    }

    @Test
    void shouldRefuseItWithoutAFile() {
        assertFalse(frontend.ask(SET_INFLIGHT_FD, longs(LOG_LENGTH, 0, TWO_VRINGS)));
    }

    private boolean setKept(long length, long vrings) {
        return frontend.ask(SET_INFLIGHT_FD, longs(length, 0, vrings), kept.fd());
    }
}
