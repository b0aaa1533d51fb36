// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a frontend says of the device, and how a session ends. */
final class SessionConfigurationTest {
    private static final byte[] EMPTY = {};

    private final ServedSession served = new ServedSession();
    private final FakeDevice device = served.device;
    private final GuestRam memory = served.memory;
    private final EventFd kick = served.kick;
    private final EventFd call = served.call;
    private final long descriptorsBefore = served.descriptorsBefore;
    private final VhostUserSession session = served.session;
    private final FakeFrontend frontend = served.frontend;

    @AfterEach
    void close() {
        served.close();
    }

    @Test
    void shouldAnswerWithoutPayloadWhenThereIsNoSuchConfiguration() {
        assertEquals(0, frontend.getConfig(250, 7).payload().length);
        assertFalse(session.isClosed());
    }

    @Test
    void shouldWriteTheConfigurationWhereTheDeviceAllowsIt() {
        byte[] one = {32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
        assertTrue(frontend.ask(SET_CONFIG, one));
        assertEquals(1, device.writable());
        byte[] migrating = {32, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0};
        assertFalse(frontend.ask(SET_CONFIG, migrating));
        byte[] elsewhere = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
        assertFalse(frontend.ask(SET_CONFIG, elsewhere));
        assertEquals(1, device.writable());
    }

    @Test
    void shouldTellOfANewConfigurationWhileAVringRuns() {
        served.start();
        try (BackChannelEnd end = new BackChannelEnd()) {
            device.listener().onConfigChange();
            assertEquals("020000000100000000000000", end.received());
        }
    }

    @Test
    void shouldTellOfANewConfigurationOnlyAfterTheNextStart() {
        try (BackChannelEnd end = new BackChannelEnd()) {
            device.listener().onConfigChange();
            assertEquals("", end.received());
            served.start();
            assertEquals("020000000100000000000000", end.received());
        }
    }

    /** The frontend's end of the back channel. */
    private final class BackChannelEnd implements AutoCloseable {
        private final UnixSocket[] channel = UnixSocket.pair();
        private final NativeBuffer buffer = new NativeBuffer(64);

        BackChannelEnd() {
            assertTrue(frontend.ask(SET_BACKEND_REQ_FD, EMPTY, channel[1].fd()));
        }

        String received() {
            long count = channel[0].receiveBytes(buffer.slice(), 0, 64);
            byte[] bytes = new byte[(int) Math.max(0, count)];
            buffer.slice().getBytes(0, bytes, 0, bytes.length);
            return HexFormat.of().formatHex(bytes);
        }

        @Override
        public void close() {
            channel[0].close();
            channel[1].close();
            buffer.close();
        }
    }

    @Test
    void shouldSurviveABackChannelThatIsNoSocket() {
        assertTrue(frontend.ask(SET_BACKEND_REQ_FD, EMPTY, memory.fd()));
        served.start();
        device.listener().onConfigChange();
        assertFalse(session.isClosed());
    }

    @Test
    void shouldKeepTheStatusOfTheDriver() {
        assertTrue(frontend.ask(SET_STATUS, longs(0xf)));
        assertEquals(0xf, frontend.getNumber(GET_STATUS));
    }

    @Test
    void shouldStopEverythingWhenTheDriverResets() {
        served.start();
        assertTrue(frontend.ask(SET_STATUS, longs(0)));
        assertEquals(0, session.status().queuesRunning());
        assertEquals(1, session.status().memoryRegions());
    }

    @Test
    void shouldResetTheDevice() {
        served.start();
        device.told();
        assertTrue(frontend.ask(RESET_DEVICE, EMPTY));
        assertEquals(List.of("stop 0", "abandon 0", "reset"), device.told());
        assertEquals(0, session.status().features());
        assertEquals(1, session.status().memoryRegions());
    }

    @Test
    void shouldIgnoreOwnership() {
        served.start();
        assertTrue(frontend.ask(SET_OWNER, EMPTY));
        assertTrue(frontend.ask(RESET_OWNER, EMPTY));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldTellTheFrontendOfAFaultOfItsGuest() {
        served.start();
        try (EventFd err = new EventFd()) {
            assertTrue(frontend.setEvent(SET_VRING_ERR, 0, err.fd()));
            device.listener().onQueueFault(0, "the guest moved avail.idx");
            assertTrue(err.drain());
        }
    }

    @Test
    void shouldRefuseAnUnknownRequestAndGoOn() {
        frontend.sendRaw(63, 9, 4, new byte[4], kick.fd());
        assertEquals(1, frontend.receive(63).number());
        frontend.sendRaw(63, 1, 4, new byte[4], kick.fd());
        assertEquals(FakeDevice.QUEUES, frontend.getNumber(GET_QUEUE_NUM));
    }

    @Test
    void shouldEndWhenARefusalCannotBeTold() {
        frontend.send(SET_VRING_NUM, ints(0, 3));
        assertTrue(frontend.isClosedByServer());
        assertTrue(session.isClosed());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, 0", "5, 0", "1, 4097", "1, -1"})
    void shouldEndWhenTheNextMessageCannotBeFound(int flags, int length) {
        frontend.sendRaw(GET_FEATURES.code(), flags, length, EMPTY);
        assertTrue(frontend.isClosedByServer());
    }

    @Test
    void shouldEndWhenMoreDescriptorsComeThanAnyMessageHas() {
        int[] nine = new int[9];
        Arrays.fill(nine, kick.fd());
        frontend.sendRaw(SET_MEM_TABLE.code(), 9, 8, new byte[8], nine);
        assertTrue(frontend.isClosedByServer());
    }

    @Test
    void shouldEndWhenTheFrontendDoesNotReadItsAnswers() {
        for (int i = 0; i < 10_000 && !session.isClosed(); i++) {
            try {
                frontend.send(GET_FEATURES, EMPTY);
            } catch (ErrnoException e) {
                break;
            }
        }
        assertTrue(session.isClosed());
    }

    @Test
    void shouldCloseEveryDescriptorItWasGiven() {
        served.start();
        served.configure(1);
        frontend.ask(SET_VRING_CALL, longs(0), call.fd());
        frontend.ask(SET_VRING_KICK, longs(0), kick.fd());
        frontend.ask(SET_VRING_ERR, longs(0), kick.fd());
        frontend.ask(SET_VRING_ERR, longs(0), kick.fd());
        frontend.ask(SET_BACKEND_REQ_FD, EMPTY, kick.fd());
        frontend.ask(SET_BACKEND_REQ_FD, EMPTY, kick.fd());
        frontend.ask(SET_VRING_NUM, ints(0, 64), kick.fd());
        frontend.ask(SET_VRING_KICK, longs(9), kick.fd());
        frontend.ask(SET_VRING_KICK, longs(0x100), kick.fd());
        frontend.ask(REM_MEM_REG, new byte[40], kick.fd());
        frontend.sendRaw(77, 1, 0, EMPTY, kick.fd(), kick.fd());
        frontend.getVringBase(0);
        frontend.sendRaw(SET_MEM_TABLE.code(), 9, 8, EMPTY, kick.fd(), call.fd());
        session.close();
        frontend.close();
        assertEquals(descriptorsBefore - 2, OpenDescriptors.count());
    }

    @Test
    void shouldLeaveTheDeviceCleanForTheNextFrontend() {
        served.start();
        device.told();
        frontend.close();
        session.look();
        assertTrue(session.isClosed());
        assertEquals(List.of("detach"), device.told());
        assertNull(device.listener());
    }
}
