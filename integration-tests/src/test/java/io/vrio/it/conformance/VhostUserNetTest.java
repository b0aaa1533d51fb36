// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.RingFeatures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What known frontends say to a NIC, in their order: each ends with a guest that uses it. */
@Timeout(30)
final class VhostUserNetTest {
    private static final long F_PROTOCOL = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    private static final long MRG_RXBUF = 1L << 15;
    private static final long MQ = 1L << 22;
    private static final long CTRL_VQ = 1L << 17;
    private static final long MODERN =
            RingFeatures.VERSION_1
                    | RingFeatures.EVENT_IDX
                    | RingFeatures.INDIRECT_DESC
                    | MRG_RXBUF;
    private static final long FRONTEND = 0x7f12_3450_0000L;
    private static final byte[] EMPTY = {};

    @TempDir Path folder;

    private final Worker worker =
            new Worker("conformance", NanoClock.SYSTEM, TimeUnit.MICROSECONDS.toNanos(20));
    private final NicGuest guest = new NicGuest(0, FRONTEND, MODERN);
    private ServedEchoNic nic;
    private FakeFrontend frontend;

    @BeforeEach
    void serve() {
        worker.start();
        nic = new ServedEchoNic(worker, "nic0", folder.resolve("nic0.sock"));
        frontend = nic.connect();
    }

    @AfterEach
    void close() {
        frontend.close();
        nic.close();
        worker.close();
        guest.close();
    }

    /** QEMU at realize: one device of its own for each queue pair, here two. */
    private void connectAsQemu() {
        assertTrue((frontend.getNumber(GET_FEATURES) & F_PROTOCOL) != 0);
        long protocol = frontend.getNumber(GET_PROTOCOL_FEATURES);
        frontend.send(SET_PROTOCOL_FEATURES, longs(protocol & ~ProtocolFeatures.CONFIG));
        assertEquals(ServedEchoNic.PAIRS, frontend.getNumber(GET_QUEUE_NUM));
        frontend.getNumber(GET_MAX_MEM_SLOTS);
        frontend.send(SET_OWNER, EMPTY);
        frontend.getNumber(GET_FEATURES);
        for (int index = 0; index < 4; index++) {
            frontend.send(SET_VRING_CALL, longs(index), guest.call().fd());
        }
    }

    /** Enabled before the features are set, and with vrings that are never configured. */
    private void startAsQemu() {
        for (int index = 0; index < 4; index++) {
            frontend.send(SET_VRING_ENABLE, ints(index, 1));
        }
        frontend.send(SET_FEATURES, longs(MODERN | MQ | F_PROTOCOL));
        frontend.addMemReg(guest.ram());
        assertTrue(guest.configure(frontend));
    }

    @Test
    void shouldServeQemu() {
        connectAsQemu();
        startAsQemu();
        assertTrue(guest.canUseNic(1514, 0x5a));
        assertTrue(guest.canUseNic(60, 0x5b));
    }

    @Test
    void shouldAnswerWhereTheNextServerGoesOn() {
        connectAsQemu();
        startAsQemu();
        assertTrue(guest.canUseNic(100, 1));
        guest.offerBuffer();
        guest.offerBuffer();
        // One frame was sent and one buffer filled; the other two are still the guest's.
        assertEquals(1, frontend.getVringBase(NicGuest.TX));
        assertEquals(1, frontend.getVringBase(NicGuest.RX));
    }

    @Test
    void shouldNotWaitForAKickAfterARestart() {
        connectAsQemu();
        startAsQemu();
        guest.offerBuffer();
        guest.offerBuffer();
        assertTrue(guest.canUseNic(100, 1));
        frontend.close();
        nic.close();
        nic = new ServedEchoNic(worker, "nic0", folder.resolve("nic0.sock"));
        frontend = nic.connect();
        connectAsQemu();
        for (int index = 0; index < 2; index++) {
            frontend.send(SET_VRING_ENABLE, ints(index, 1));
        }
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        frontend.addMemReg(guest.ram());
        assertTrue(guest.place(frontend, NicGuest.RX, 1));
        assertTrue(guest.place(frontend, NicGuest.TX, 1));
        for (int index = 0; index < 2; index++) {
            assertTrue(frontend.setEvent(SET_VRING_CALL, index, guest.call().fd()));
            assertTrue(frontend.setEvent(SET_VRING_KICK, index, guest.kick(index).fd()));
        }
        guest.send(200, 2);
        assertEquals(200, guest.receive(2));
    }

    private void serveAnewAndHangUp() {
        frontend.close();
        nic.close();
        nic = new ServedEchoNic(worker, "nic0", folder.resolve("nic0.sock"), true);
        frontend = nic.connect();
        connectAsQemu();
        startAsQemu();
        assertTrue(guest.canUseNic(100, 1));
        nic.setLink(false);
    }

    /** Waits for what the worker does, as long as the test may take. */
    private void awaitHangUp() {
        while (!frontend.isClosedByServer()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Test
    void shouldHangUpOnAFrontendThatHearsOfALostLinkInNoOtherWay() {
        serveAnewAndHangUp();

        awaitHangUp();
    }

    @Test
    void shouldKeepThatFrontendOutWhileTheLinkIsDown() {
        serveAnewAndHangUp();
        awaitHangUp();
        frontend.close();
        frontend = nic.connect();

        awaitHangUp();
    }

    @Test
    void shouldTakeThatFrontendBackWhenTheLinkIsUp() {
        serveAnewAndHangUp();
        awaitHangUp();
        nic.setLink(true);
        frontend.close();
        frontend = nic.connect();

        connectAsQemu();
    }

    @Test
    void shouldThrowAwayWhatIsSentWhileDisabled() {
        connectAsQemu();
        startAsQemu();
        assertTrue(frontend.setVringEnable(NicGuest.TX, false));
        guest.offerBuffer();
        guest.send(100, 1);
        assertTrue(guest.isSent());
        assertEquals(1, nic.counter("dropped_not_ready"));
        assertTrue(frontend.setVringEnable(NicGuest.TX, true));
        guest.send(100, 2);
        assertEquals(100, guest.receive(2));
    }

    @Test
    void shouldDropFramesWhileTheLinkIsDownWhateverQemuSaysOfIt() {
        connectAsQemu();
        startAsQemu();
        nic.setLink(false);
        guest.send(100, 1);
        assertTrue(guest.isSent());
        assertEquals(1, nic.counter("dropped_link_down"));
        nic.setLink(true);
        assertTrue(guest.canUseNic(100, 2));
    }

    @Test
    void shouldServeDpdkVirtioUser() {
        try (NicGuest own = new NicGuest(FRONTEND, FRONTEND, MODERN)) {
            frontend.send(SET_OWNER, EMPTY);
            frontend.getNumber(GET_FEATURES);
            long wanted =
                    ProtocolFeatures.MQ | ProtocolFeatures.REPLY_ACK | ProtocolFeatures.STATUS;
            assertEquals(wanted, frontend.getNumber(GET_PROTOCOL_FEATURES) & wanted);
            frontend.send(SET_PROTOCOL_FEATURES, longs(wanted));
            assertEquals(ServedEchoNic.PAIRS, frontend.getNumber(GET_QUEUE_NUM));
            for (int status : new int[] {0, 1, 3, 11}) {
                assertTrue(frontend.ask(SET_STATUS, longs(status)));
            }
            frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
            assertTrue(frontend.setMemTable(own.ram()));
            assertTrue(own.configure(frontend));
            assertTrue(frontend.setVringEnable(NicGuest.RX, true));
            assertTrue(frontend.setVringEnable(NicGuest.TX, true));
            assertTrue(frontend.ask(SET_STATUS, longs(15)));
            assertTrue(own.canUseNic(64, 9));
        }
    }

    @Test
    void shouldServeAFrontendThatPassesTheControlQueueOn() {
        long features = MODERN | MQ | CTRL_VQ;
        frontend.send(SET_FEATURES, longs(features | F_PROTOCOL));
        assertTrue(frontend.addMemReg(guest.ram()));
        assertTrue(guest.configure(frontend));
        try (RingGuest control = new RingGuest(1L << 32, 1L << 40, features)) {
            assertTrue(frontend.addMemReg(control.ram()));
            assertTrue(control.configure(frontend, 2 * ServedEchoNic.PAIRS));
            for (int index = 0; index <= 2 * ServedEchoNic.PAIRS; index++) {
                assertTrue(frontend.setVringEnable(index, true));
            }
            assertTrue(guest.canUseNic(1000, 1));
        }
    }

    @Test
    void shouldServeAFrontendFromBeforeProtocolFeatures() {
        frontend.getNumber(GET_FEATURES);
        frontend.send(SET_FEATURES, longs(MODERN));
        frontend.setMemTable(guest.ram());
        assertTrue(guest.configure(frontend));
        assertTrue(guest.canUseNic(333, 3));
    }

    @Test
    void shouldServeOnWithOtherMemory() {
        connectAsQemu();
        startAsQemu();
        try (GuestRam more = new GuestRam(1 << 16, 0x1000_0000L, 0x1000L)) {
            assertTrue(frontend.addMemReg(more));
            assertTrue(guest.canUseNic(100, 1));
            assertTrue(frontend.remMemReg(more));
            assertTrue(guest.canUseNic(100, 2));
        }
    }

    @Test
    void shouldTellTheNetworkOfAGuestThatHasMoved() {
        connectAsQemu();
        startAsQemu();
        guest.offerBuffer();
        byte[] mac = {0x52, 0x54, 0, 1, 2, 3, 0, 0};
        assertTrue(frontend.ask(SEND_RARP, mac));
        // The network sends it back: a broadcast, whose first and last bytes differ.
        assertEquals(-1, guest.receive(0xFF));
        assertEquals(1, nic.counter("rx_frames"));
        assertEquals(60, nic.counter("rx_bytes"));
    }

    @Test
    void shouldAcceptAnMtuThatTheNetworkHas() {
        assertTrue((frontend.getNumber(GET_PROTOCOL_FEATURES) & ProtocolFeatures.MTU) != 0);
        assertTrue(frontend.ask(NET_SET_MTU, longs(1400)));
        assertFalse(frontend.ask(NET_SET_MTU, longs(9000)));
        assertFalse(frontend.ask(NET_SET_MTU, longs(-1)));
    }

    @Test
    void shouldTellTheConfigurationToWhoAsks() {
        byte[] payload = frontend.getConfig(0, 12).payload();
        byte[] mac = Arrays.copyOfRange(payload, 12, 18);
        assertArrayEquals(new byte[] {0x52, 0x54, 0, 0x12, 0x34, 0x56}, mac);
        assertEquals(1, payload[12 + 6]);
        assertEquals(ServedEchoNic.PAIRS, payload[12 + 8]);
    }
}
