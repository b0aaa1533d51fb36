// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VhostUserSessionTest {
    private static final long F_PROTOCOL = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    private static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final byte[] EMPTY = {};

    private static final long GUEST = 0x4000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final long MEMORY_LENGTH = 1 << 20;
    private static final long DESCRIPTORS = FRONTEND;
    private static final long AVAIL = FRONTEND + 0x4000;
    private static final long USED = FRONTEND + 0x5000;

    private final ManualClock clock = new ManualClock(0);
    private final Worker worker = new Worker("test", clock, 0);
    private final FakeDevice device = new FakeDevice();
    private final UnixSocket[] pair = UnixSocket.pair();
    private final GuestRam memory = new GuestRam(MEMORY_LENGTH, GUEST, FRONTEND);
    private final EventFd kick = new EventFd();
    private final EventFd call = new EventFd();
    private final long descriptorsBefore = OpenDescriptors.count();
    private final VhostUserSession session = openSession();
    private final FakeFrontend frontend = new FakeFrontend(pair[0], session::look);

    private VhostUserSession openSession() {
        pair[1].setNonBlocking();
        return new VhostUserSession(
                worker, device, pair[1], DRAIN_NS, new DeviceLog("disk0", clock));
    }

    @AfterEach
    void close() {
        frontend.close();
        session.close();
        memory.close();
        kick.close();
        call.close();
        worker.close();
    }

    /** Everything up to a running vring 0, in QEMU's order. */
    private void start() {
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.SPLIT | F_PROTOCOL)));
        assertTrue(frontend.setMemTable(memory));
        configure(0);
        assertTrue(frontend.setVringEnable(0, true));
    }

    private void configure(int index) {
        assertTrue(frontend.setVringNum(index, 64));
        assertTrue(frontend.setVringBase(index, 0));
        assertTrue(frontend.setVringAddr(index, DESCRIPTORS, AVAIL, USED));
        assertTrue(frontend.setEvent(SET_VRING_CALL, index, call.fd()));
        assertTrue(frontend.setEvent(SET_VRING_KICK, index, kick.fd()));
    }

    @Test
    void shouldOfferTheDevicesFeaturesAndItsOwn() {
        assertEquals(RingFeatures.SPLIT | F_PROTOCOL, frontend.getNumber(GET_FEATURES));
        assertEquals(0x1a229, frontend.getNumber(GET_PROTOCOL_FEATURES));
        assertEquals(FakeDevice.QUEUES, frontend.getNumber(GET_QUEUE_NUM));
        assertEquals(509, frontend.getNumber(GET_MAX_MEM_SLOTS));
    }

    @Test
    void shouldAnswerOnceWhenAnAnswerIsAskedForTwice() {
        frontend.sendRaw(GET_FEATURES.code(), 9, 0, EMPTY);
        assertEquals(RingFeatures.SPLIT | F_PROTOCOL, frontend.receive(1).number());
        assertFalse(frontend.hasReply());
    }

    @Test
    void shouldPutAMessageTogetherFromSingleBytes() {
        for (byte one : new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}) {
            frontend.sendBytes(new byte[] {one});
        }
        assertFalse(frontend.hasReply());
        frontend.sendBytes(new byte[] {0});
        assertEquals(RingFeatures.SPLIT | F_PROTOCOL, frontend.receive(1).number());
    }

    @Test
    void shouldTakeTwoMessagesThatArriveTogether() {
        frontend.sendBytes(
                new byte[] {
                    17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0
                });
        assertEquals(FakeDevice.QUEUES, frontend.receive(17).number());
        assertEquals(509, frontend.receive(36).number());
    }

    @Test
    void shouldStartAVring() {
        start();
        assertEquals(
                List.of(
                        "features 0x" + Long.toHexString(RingFeatures.SPLIT),
                        "call 0",
                        "start 0 availIdx 0",
                        "disable 0",
                        "enable 0"),
                device.told());
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldStartAVringWhoseAddressesCameBeforeItsMemory() {
        configure(0);
        assertEquals(0, session.status().queuesRunning());
        assertTrue(frontend.addMemReg(memory));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldEnableAllVringsForAFrontendThatNeverDoes() {
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1)));
        assertTrue(frontend.setMemTable(memory));
        configure(0);
        assertEquals(
                List.of("features 0x100000000", "call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldNotDisableAVringThatWasEnabledBeforeTheFeaturesWereSet() {
        assertTrue(frontend.setVringEnable(0, true));
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1 | F_PROTOCOL)));
        assertTrue(frontend.setMemTable(memory));
        configure(0);
        assertEquals(
                List.of("features 0x100000000", "call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldTakeRepeatedFeaturesWhileAVringRuns() {
        start();
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.SPLIT | F_PROTOCOL)));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldRefuseOtherRingFeaturesWhileAVringRuns() {
        start();
        assertFalse(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1 | F_PROTOCOL)));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldRefuseFeaturesThatWereNotOffered() {
        assertFalse(frontend.ask(SET_FEATURES, longs(1L << 63)));
        assertFalse(frontend.ask(SET_PROTOCOL_FEATURES, longs(1L << 1)));
        assertTrue(frontend.ask(SET_PROTOCOL_FEATURES, longs(ProtocolFeatures.OFFERED)));
        assertEquals(ProtocolFeatures.OFFERED, session.status().protocolFeatures());
    }

    @Test
    void shouldReplaceTheCallDescriptorOfARunningVring() {
        start();
        try (EventFd other = new EventFd()) {
            assertTrue(frontend.setEvent(SET_VRING_CALL, 0, other.fd()));
            device.call(0).signal();
            assertTrue(other.drain());
            assertFalse(call.drain());
        }
    }

    @Test
    void shouldServeAVringWhoseFrontendPolls() {
        start();
        assertTrue(frontend.setNoEvent(SET_VRING_CALL, 0));
        assertNull(device.call(0));
    }

    @Test
    void shouldLookAtAVringWhoseFrontendDoesNotKick() {
        start();
        assertEquals(Long.MAX_VALUE, session.deadlineNs());
        assertTrue(frontend.setNoEvent(SET_VRING_KICK, 0));
        assertEquals(MS / 10, session.deadlineNs());
    }

    @Test
    void shouldAnswerWhereAVringGoesOn() {
        start();
        assertEquals(0, frontend.getVringBase(0));
        assertEquals(0, session.status().queuesRunning());
        assertTrue(frontend.setVringBase(0, 0xfffe));
        assertEquals(0xfffe, frontend.getVringBase(0));
    }

    @Test
    void shouldAnswerOnlyWhenNothingIsInFlight() {
        start();
        device.setInFlight(0, 3);
        frontend.beginGetVringBase(0);
        session.doWork();
        assertFalse(frontend.hasReply());
        device.setInFlight(0, 0);
        session.doWork();
        assertEquals(0, frontend.receive(GET_VRING_BASE.code()).vringValue());
    }

    @Test
    void shouldGiveUpWhatHangsWhenTheTimeIsOver() {
        start();
        device.setInFlight(0, 3);
        frontend.beginGetVringBase(0);
        clock.advance(DRAIN_NS - 1);
        session.doWork();
        assertFalse(frontend.hasReply());
        assertEquals(DRAIN_NS, session.deadlineNs());
        clock.advance(1);
        session.doWork();
        assertEquals(0, frontend.receive(GET_VRING_BASE.code()).vringValue());
        assertTrue(device.told().contains("fail 0"));
    }

    @Test
    void shouldNotWaitAsLongForEveryVringOfADeviceThatHangs() {
        start();
        configure(1);
        device.setInFlight(0, 1);
        device.setInFlight(1, 1);
        frontend.beginGetVringBase(0);
        clock.advance(DRAIN_NS);
        session.doWork();
        frontend.receive(GET_VRING_BASE.code());
        frontend.beginGetVringBase(1);
        assertEquals(0, frontend.receive(GET_VRING_BASE.code()).vringValue());
    }

    @Test
    void shouldNotTakeTheNextMessageBeforeTheLastIsAnswered() {
        start();
        device.setInFlight(0, 1);
        frontend.beginGetVringBase(0);
        frontend.send(GET_QUEUE_NUM, EMPTY);
        assertFalse(frontend.hasReply());
        device.setInFlight(0, 0);
        session.doWork();
        session.look();
        frontend.receive(GET_VRING_BASE.code());
        assertEquals(FakeDevice.QUEUES, frontend.receive(GET_QUEUE_NUM.code()).number());
    }

    @Test
    void shouldEndWhenTheFrontendLeavesWhileAVringIsStopped() {
        start();
        device.setInFlight(0, 1);
        frontend.beginGetVringBase(0);
        pair[0].close();
        session.look();
        assertTrue(session.isClosed());
    }

    @Test
    void shouldRunAVringAgainThatWasStopped() {
        start();
        frontend.getVringBase(0);
        device.told();
        configure(0);
        assertEquals(List.of("call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldRefuseToChangeAVringThatRuns() {
        start();
        assertFalse(frontend.setVringNum(0, 128));
        assertFalse(frontend.setVringBase(0, 7));
        assertFalse(frontend.setVringAddr(0, DESCRIPTORS + 4096, AVAIL, USED));
        assertTrue(frontend.setVringAddr(0, DESCRIPTORS, AVAIL, USED));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 255, -1, Integer.MIN_VALUE})
    void shouldRefuseAVringThatDoesNotExist(int index) {
        assertFalse(frontend.setVringNum(index, 64));
        assertFalse(frontend.setVringBase(index, 0));
        assertFalse(frontend.setVringAddr(index, DESCRIPTORS, AVAIL, USED));
        assertFalse(frontend.setVringEnable(index, true));
        assertFalse(frontend.ask(SET_VRING_KICK, longs(2), kick.fd()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 512, -1, Integer.MIN_VALUE})
    void shouldRefuseASizeThatNoRingHas(int size) {
        assertFalse(frontend.setVringNum(0, size));
    }

    @Test
    void shouldRefuseValuesOutOfRange() {
        assertFalse(frontend.setVringBase(0, 0x10000));
        assertFalse(frontend.ask(SET_VRING_ENABLE, ints(0, 2)));
        assertFalse(frontend.ask(SET_STATUS, longs(0x100)));
    }

    @Test
    void shouldRefuseADescriptorThatIsNoEventCounter() {
        assertFalse(frontend.setEvent(SET_VRING_KICK, 0, memory.fd()));
        assertFalse(frontend.setEvent(SET_VRING_CALL, 0, memory.fd()));
        assertEquals(0, session.status().queuesRunning());
    }

    @Test
    void shouldRefuseAMissingDescriptor() {
        assertFalse(frontend.ask(SET_VRING_KICK, longs(0)));
        assertFalse(frontend.ask(SET_BACKEND_REQ_FD, EMPTY));
        assertFalse(frontend.ask(ADD_MEM_REG, new byte[40]));
        assertFalse(frontend.ask(SET_MEM_TABLE, new byte[40]));
    }

    @Test
    void shouldGoOnWhenMemoryIsReplacedUnderARunningVring() {
        start();
        try (GuestRam second = new GuestRam(4096, GUEST + MEMORY_LENGTH, 0x1000)) {
            assertTrue(frontend.setMemTable(memory, second));
            assertEquals(2, session.status().memoryRegions());
            assertEquals(1, session.status().queuesRunning());
        }
    }

    @Test
    void shouldLeaveChainsAloneWhileARegionIsReplaced() {
        start();
        assertTrue(frontend.remMemReg(memory));
        assertFalse(session.isServing());
        assertTrue(frontend.addMemReg(memory));
        clock.advance(session.deadlineNs());
        session.doWork();
        assertTrue(session.isServing());
        assertEquals(1, session.status().queuesRunning());
    }

    @ParameterizedTest
    @CsvSource({"0, 57", "0, 60", "0, 256", "32, 1", "255, 1", "256, 0"})
    void shouldReadTheConfiguration(int offset, int length) {
        byte[] payload = frontend.getConfig(offset, length).payload();
        assertEquals(12 + length, payload.length);
        assertArrayEquals(ints(offset, length, 0), Arrays.copyOf(payload, 12));
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
        start();
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
            start();
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
        start();
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
        start();
        assertTrue(frontend.ask(SET_STATUS, longs(0)));
        assertEquals(0, session.status().queuesRunning());
        assertEquals(1, session.status().memoryRegions());
    }

    @Test
    void shouldResetTheDevice() {
        start();
        device.told();
        assertTrue(frontend.ask(RESET_DEVICE, EMPTY));
        assertEquals(List.of("stop 0", "abandon 0", "reset"), device.told());
        assertEquals(0, session.status().features());
        assertEquals(1, session.status().memoryRegions());
    }

    @Test
    void shouldIgnoreOwnership() {
        start();
        assertTrue(frontend.ask(SET_OWNER, EMPTY));
        assertTrue(frontend.ask(RESET_OWNER, EMPTY));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldTellTheFrontendOfAFaultOfItsGuest() {
        start();
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
        start();
        configure(1);
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
        start();
        device.told();
        frontend.close();
        session.look();
        assertTrue(session.isClosed());
        assertEquals(List.of("detach"), device.told());
        assertNull(device.listener());
    }
}
