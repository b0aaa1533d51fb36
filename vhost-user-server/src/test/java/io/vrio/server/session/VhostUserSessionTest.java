// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static io.vrio.server.session.ServedSession.AVAIL;
import static io.vrio.server.session.ServedSession.DESCRIPTORS;
import static io.vrio.server.session.ServedSession.DRAIN_NS;
import static io.vrio.server.session.ServedSession.F_PROTOCOL;
import static io.vrio.server.session.ServedSession.GUEST;
import static io.vrio.server.session.ServedSession.MEMORY_LENGTH;
import static io.vrio.server.session.ServedSession.USED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a frontend says of vrings and memory. */
final class VhostUserSessionTest {
    private static final long OFFERED = RingFeatures.ALL | F_PROTOCOL | ProtocolFeatures.LOG_ALL;

    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final byte[] EMPTY = {};

    private final ServedSession served = new ServedSession();
    private final ManualClock clock = served.clock;
    private final FakeDevice device = served.device;
    private final GuestRam memory = served.memory;
    private final EventFd kick = served.kick;
    private final EventFd call = served.call;
    private final VhostUserSession session = served.session;
    private final FakeFrontend frontend = served.frontend;

    @AfterEach
    void close() {
        served.close();
    }

    @Test
    void shouldOfferTheDevicesFeaturesAndItsOwn() {
        assertEquals(OFFERED, frontend.getNumber(GET_FEATURES));
        assertEquals(0x1b22b, frontend.getNumber(GET_PROTOCOL_FEATURES));
        assertEquals(FakeDevice.QUEUES, frontend.getNumber(GET_QUEUE_NUM));
        assertEquals(509, frontend.getNumber(GET_MAX_MEM_SLOTS));
    }

    @Test
    void shouldAnswerOnceWhenAnAnswerIsAskedForTwice() {
        frontend.sendRaw(GET_FEATURES.code(), 9, 0, EMPTY);
        assertEquals(OFFERED, frontend.receive(1).number());
        assertFalse(frontend.hasReply());
    }

    @Test
    void shouldPutAMessageTogetherFromSingleBytes() {
        for (byte one : new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}) {
            frontend.sendBytes(new byte[] {one});
        }
        assertFalse(frontend.hasReply());
        frontend.sendBytes(new byte[] {0});
        assertEquals(OFFERED, frontend.receive(1).number());
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
        served.start();
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
        served.configure(0);
        assertEquals(0, session.status().queuesRunning());
        assertTrue(frontend.addMemReg(memory));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldEnableAllVringsForAFrontendThatNeverDoes() {
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1)));
        assertTrue(frontend.setMemTable(memory));
        served.configure(0);
        assertEquals(
                List.of("features 0x100000000", "call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldNotDisableAVringThatWasEnabledBeforeTheFeaturesWereSet() {
        assertTrue(frontend.setVringEnable(0, true));
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1 | F_PROTOCOL)));
        assertTrue(frontend.setMemTable(memory));
        served.configure(0);
        assertEquals(
                List.of("features 0x100000000", "call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldTakeRepeatedFeaturesWhileAVringRuns() {
        served.start();
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.SPLIT | F_PROTOCOL)));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldRefuseOtherRingFeaturesWhileAVringRuns() {
        served.start();
        assertFalse(frontend.ask(SET_FEATURES, longs(RingFeatures.VERSION_1 | F_PROTOCOL)));
        assertEquals(1, session.status().queuesRunning());
    }

    @Test
    void shouldRefuseFeaturesThatWereNotOffered() {
        assertFalse(frontend.ask(SET_FEATURES, longs(1L << 63)));
        assertFalse(frontend.ask(SET_PROTOCOL_FEATURES, longs(1L << 4)));
        assertTrue(frontend.ask(SET_PROTOCOL_FEATURES, longs(ProtocolFeatures.OFFERED)));
        assertEquals(ProtocolFeatures.OFFERED, session.status().protocolFeatures());
    }

    @Test
    void shouldReplaceTheCallDescriptorOfARunningVring() {
        served.start();
        try (EventFd other = new EventFd()) {
            assertTrue(frontend.setEvent(SET_VRING_CALL, 0, other.fd()));
            device.call(0).signal();
            assertTrue(other.drain());
            assertFalse(call.drain());
        }
    }

    @Test
    void shouldServeAVringWhoseFrontendPolls() {
        served.start();
        assertTrue(frontend.setNoEvent(SET_VRING_CALL, 0));
        assertNull(device.call(0));
    }

    @Test
    void shouldLookAtAVringWhoseFrontendDoesNotKick() {
        served.start();
        assertEquals(Long.MAX_VALUE, session.deadlineNs());
        assertTrue(frontend.setNoEvent(SET_VRING_KICK, 0));
        assertEquals(MS / 10, session.deadlineNs());
    }

    @Test
    void shouldAnswerWhereAVringGoesOn() {
        served.start();
        assertEquals(0, frontend.getVringBase(0));
        assertEquals(0, session.status().queuesRunning());
        assertTrue(frontend.setVringBase(0, 0xfffe));
        assertEquals(0xfffe, frontend.getVringBase(0));
    }

    @Test
    void shouldAnswerOnlyWhenNothingIsInFlight() {
        served.start();
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
        served.start();
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
        served.start();
        served.configure(1);
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
        served.start();
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
        served.start();
        device.setInFlight(0, 1);
        frontend.beginGetVringBase(0);
        served.pair[0].close();
        session.look();
        assertTrue(session.isClosed());
    }

    @Test
    void shouldRunAVringAgainThatWasStopped() {
        served.start();
        frontend.getVringBase(0);
        device.told();
        served.configure(0);
        assertEquals(List.of("call 0", "start 0 availIdx 0"), device.told());
    }

    @Test
    void shouldRefuseToChangeAVringThatRuns() {
        served.start();
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
        served.start();
        try (GuestRam second = new GuestRam(4096, GUEST + MEMORY_LENGTH, 0x1000)) {
            assertTrue(frontend.setMemTable(memory, second));
            assertEquals(2, session.status().memoryRegions());
            assertEquals(1, session.status().queuesRunning());
        }
    }

    @Test
    void shouldLeaveChainsAloneWhileARegionIsReplaced() {
        served.start();
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
}
