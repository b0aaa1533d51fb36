// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.RingFeatures;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What known frontends say, in their order: each ends with a guest that uses its disk. */
@Timeout(30)
final class MessageOrderTest {
    private static final long F_PROTOCOL = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    private static final long MODERN =
            RingFeatures.VERSION_1 | RingFeatures.EVENT_IDX | RingFeatures.INDIRECT_DESC;
    private static final long FRONTEND = 0x7f12_3450_0000L;
    private static final byte[] EMPTY = {};

    @TempDir Path folder;

    private final Worker worker =
            new Worker("conformance", NanoClock.SYSTEM, TimeUnit.MICROSECONDS.toNanos(20));
    private final RingGuest guest = new RingGuest(0, FRONTEND, MODERN);
    private ServedMemoryDisk disk;
    private FakeFrontend frontend;

    @BeforeEach
    void serve() {
        worker.start();
        disk = new ServedMemoryDisk(worker, "disk0", folder.resolve("disk0.sock"));
        frontend = disk.connect();
    }

    @AfterEach
    void close() {
        frontend.close();
        disk.close();
        worker.close();
        guest.close();
    }

    /** QEMU at realize, with two queues. */
    private void connectAsQemu(UnixSocket backChannel, EventFd err) {
        assertTrue((frontend.getNumber(GET_FEATURES) & F_PROTOCOL) != 0);
        long protocol = frontend.getNumber(GET_PROTOCOL_FEATURES);
        frontend.send(SET_PROTOCOL_FEATURES, longs(protocol));
        assertEquals(2, frontend.getNumber(GET_QUEUE_NUM));
        assertEquals(509, frontend.getNumber(GET_MAX_MEM_SLOTS));
        assertTrue(frontend.ask(SET_BACKEND_REQ_FD, EMPTY, backChannel.fd()));
        frontend.send(SET_OWNER, EMPTY);
        frontend.getNumber(GET_FEATURES);
        for (int index = 0; index < 2; index++) {
            frontend.send(SET_VRING_CALL, longs(index), guest.call().fd());
            frontend.send(SET_VRING_ERR, longs(index), err.fd());
        }
        assertEquals(12 + 57, frontend.getConfig(0, 57).payload().length);
    }

    /** QEMU when the driver is ready; only the first queue is used. */
    private void startAsQemu() {
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        frontend.send(SET_VRING_CALL, longs(0), guest.call().fd());
        frontend.send(SET_VRING_CALL, longs(1), guest.call().fd());
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        assertTrue(frontend.addMemReg(guest.ram()));
        runAsQemu();
    }

    private void runAsQemu() {
        assertTrue(guest.place(frontend, 0));
        frontend.send(SET_VRING_KICK, longs(0), guest.kick().fd());
        frontend.send(SET_VRING_ENABLE, ints(0, 1));
        frontend.send(SET_VRING_ENABLE, ints(1, 1));
    }

    private int stopAsQemu() {
        frontend.send(SET_VRING_ENABLE, ints(0, 0));
        frontend.send(SET_VRING_ENABLE, ints(1, 0));
        return frontend.getVringBase(0);
    }

    @Test
    void shouldServeQemu() {
        UnixSocket[] backChannel = UnixSocket.pair();
        try (EventFd err = new EventFd()) {
            connectAsQemu(backChannel[1], err);
            startAsQemu();
            assertTrue(guest.canUseDisk(3, 0x5a));
            assertEquals(2, stopAsQemu());
        }
        backChannel[0].close();
        backChannel[1].close();
    }

    @Test
    void shouldServeQemuAgainAfterTheGuestWasReset() {
        startAsQemu();
        assertTrue(guest.canUseDisk(0, 1));
        stopAsQemu();
        assertTrue(frontend.ask(RESET_DEVICE, EMPTY));
        frontend.send(SET_STATUS, longs(0));
        guest.driver().reset();
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        frontend.send(SET_VRING_CALL, longs(0), guest.call().fd());
        runAsQemu();
        assertTrue(guest.canUseDisk(1, 2));
    }

    @Test
    void shouldServeAPausedGuestFromWhereItWas() {
        startAsQemu();
        assertTrue(guest.canUseDisk(0, 1));
        assertEquals(2, stopAsQemu());
        startWithoutMemory();
        assertTrue(guest.canUseDisk(1, 2));
    }

    private void startWithoutMemory() {
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        frontend.send(SET_VRING_CALL, longs(0), guest.call().fd());
        runAsQemu();
    }

    @Test
    void shouldServeLibblkio() {
        frontend.send(SET_OWNER, EMPTY);
        frontend.getNumber(GET_FEATURES);
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        long needed =
                ProtocolFeatures.CONFIG
                        | ProtocolFeatures.MQ
                        | ProtocolFeatures.REPLY_ACK
                        | ProtocolFeatures.CONFIGURE_MEM_SLOTS;
        assertEquals(needed, frontend.getNumber(GET_PROTOCOL_FEATURES) & needed);
        frontend.send(SET_PROTOCOL_FEATURES, longs(needed));
        assertEquals(12 + 60, frontend.getConfig(0, 60).payload().length);
        assertTrue(frontend.addMemReg(guest.ram()));
        assertTrue(guest.configure(frontend, 0));
        assertTrue(frontend.setVringEnable(0, true));
        assertTrue(guest.canUseDisk(7, 0x77));
    }

    @Test
    void shouldServeDpdkVirtioUser() {
        try (RingGuest own = new RingGuest(FRONTEND, FRONTEND, MODERN)) {
            frontend.send(SET_OWNER, EMPTY);
            frontend.getNumber(GET_FEATURES);
            long wanted =
                    ProtocolFeatures.MQ | ProtocolFeatures.REPLY_ACK | ProtocolFeatures.STATUS;
            assertEquals(wanted, frontend.getNumber(GET_PROTOCOL_FEATURES) & wanted);
            frontend.send(SET_PROTOCOL_FEATURES, longs(wanted));
            for (int status : new int[] {0, 1, 3, 11}) {
                assertTrue(frontend.ask(SET_STATUS, longs(status)));
                assertEquals(status, frontend.getNumber(GET_STATUS));
            }
            frontend.send(SET_VRING_CALL, longs(0), own.call().fd());
            frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
            assertTrue(frontend.setMemTable(own.ram()));
            assertTrue(own.configure(frontend, 0));
            assertTrue(frontend.setVringEnable(0, true));
            assertTrue(frontend.ask(SET_STATUS, longs(15)));
            assertTrue(own.canUseDisk(9, 0x11));
        }
    }

    @Test
    void shouldServeAFrontendFromBeforeProtocolFeatures() {
        frontend.getNumber(GET_FEATURES);
        frontend.send(SET_FEATURES, longs(MODERN));
        frontend.setMemTable(guest.ram());
        assertTrue(guest.configure(frontend, 0));
        assertTrue(guest.canUseDisk(2, 0x22));
    }

    @Test
    void shouldServeWhatWasOfferedAndKickedBeforeTheVringStarted() {
        frontend.send(SET_FEATURES, longs(MODERN | F_PROTOCOL));
        assertTrue(frontend.addMemReg(guest.ram()));
        assertTrue(guest.place(frontend, 0));
        long status = guest.offerWrite(0, 1);
        frontend.send(SET_VRING_CALL, longs(0), guest.call().fd());
        frontend.send(SET_VRING_KICK, longs(0), guest.kick().fd());
        frontend.send(SET_VRING_ENABLE, ints(0, 1));
        assertEquals(0, guest.awaitStatus(status));
    }

    @Test
    void shouldServeAfterEnablingWhatWasKickedWhileDisabled() {
        startAsQemu();
        assertTrue(frontend.setVringEnable(0, false));
        long status = guest.offerWrite(0, 1);
        guest.kick().signal();
        assertEquals(2, frontend.getNumber(GET_QUEUE_NUM));
        assertEquals(0xff, guest.ram().at(status, 1).getUnsignedByte(0));
        assertTrue(frontend.setVringEnable(0, true));
        assertEquals(0, guest.awaitStatus(status));
    }

    @Test
    void shouldCallOnceWhenAVringStarts() {
        startAsQemu();
        awaitCall();
        assertTrue(guest.canUseDisk(0, 1));
    }

    private void awaitCall() {
        while (!guest.call().drain()) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
    }

    @Test
    void shouldServeOnWithOtherMemoryAndOtherDescriptors() {
        startAsQemu();
        assertTrue(guest.canUseDisk(0, 1));
        try (GuestRam more = new GuestRam(1 << 16, 0x1000_0000L, 0x1000L);
                EventFd masked = new EventFd()) {
            assertTrue(frontend.setMemTable(guest.ram(), more));
            assertTrue(guest.canUseDisk(1, 2));
            assertTrue(frontend.setEvent(SET_VRING_CALL, 0, masked.fd()));
            assertTrue(frontend.setEvent(SET_VRING_CALL, 0, guest.call().fd()));
            assertTrue(frontend.setEvent(SET_VRING_KICK, 0, guest.kick().fd()));
            assertTrue(guest.canUseDisk(2, 3));
            assertTrue(frontend.remMemReg(more));
            assertTrue(guest.canUseDisk(3, 4));
        }
    }

    @Test
    void shouldServeAFrontendThatPolls() {
        startAsQemu();
        assertTrue(frontend.setNoEvent(VhostUserRequest.SET_VRING_KICK, 0));
        long status = guest.offerWrite(0, 1);
        assertEquals(0, guest.awaitStatus(status));
    }

    @Test
    void shouldServeTheNextFrontendFromTheBeginning() {
        startAsQemu();
        assertTrue(guest.canUseDisk(0, 1));
        frontend.close();
        guest.driver().reset();
        try (FakeFrontend next = disk.connect()) {
            assertEquals(0, next.getVringBase(0));
            assertTrue(next.ask(SET_FEATURES, longs(MODERN)));
            assertFalse(disk.status().frontend().orElseThrow().queuesRunning() > 0);
            assertTrue(next.addMemReg(guest.ram()));
            assertTrue(guest.configure(next, 0));
            assertTrue(guest.canUseDisk(1, 2));
        }
    }
}
