// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.RingFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ways in which a guest can be bad to its NIC. One worker serves the attacker and its neighbour,
 * who must not notice; nothing may be left of the attacker. What any frontend can do wrong is tried
 * with a disk.
 */
@Timeout(30)
final class HostileNetGuestTest {
    private static final long FEATURES =
            RingFeatures.VERSION_1
                    | RingFeatures.EVENT_IDX
                    | RingFeatures.INDIRECT_DESC
                    | 1L << 15
                    | ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    private static final long GUEST = 0x10_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final int CONTROL = 2 * ServedEchoNic.PAIRS;

    @TempDir static Path folder;

    private static Worker worker;
    private static ServedEchoNic attacked;
    private static ServedEchoNic neighbours;
    private static FakeFrontend neighbourFrontend;
    private static NicGuest neighbour;
    private static int value;

    private final NicGuest attacker = new NicGuest(GUEST, FRONTEND, FEATURES);
    private Attack run;

    @BeforeAll
    static void serve() {
        worker = new Worker("hostile", NanoClock.SYSTEM, 0);
        worker.start();
        attacked = new ServedEchoNic(worker, "attacked", folder.resolve("attacked.sock"));
        neighbours = new ServedEchoNic(worker, "neighbour", folder.resolve("neighbour.sock"));
        neighbour = new NicGuest(0, FRONTEND, FEATURES);
        neighbourFrontend = neighbours.connect();
        begin(neighbourFrontend, neighbour);
        assertTrue(neighbour.canUseNic(100, 1));
    }

    @AfterAll
    static void close() {
        neighbourFrontend.close();
        attacked.close();
        neighbours.close();
        worker.close();
        neighbour.close();
    }

    private static void begin(FakeFrontend frontend, NicGuest guest) {
        assertTrue(frontend.setVringEnable(NicGuest.RX, true));
        assertTrue(frontend.setVringEnable(NicGuest.TX, true));
        assertTrue(frontend.ask(SET_FEATURES, longs(FEATURES)));
        assertTrue(frontend.addMemReg(guest.ram()));
        assertTrue(guest.configure(frontend));
    }

    @BeforeEach
    void begin() {
        run = new Attack(attacked::status, neighbours::status);
    }

    @AfterEach
    void closeAttacker() {
        attacker.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void shouldSurvive(String name, BiConsumer<FakeFrontend, NicGuest> attack) {
        try (FakeFrontend frontend = attacked.connect()) {
            begin(frontend, attacker);
            attack(frontend, attack);
        }
        assertNothingHappened();
    }

    private void attack(FakeFrontend frontend, BiConsumer<FakeFrontend, NicGuest> attack) {
        run.carryOut(
                frontend,
                () -> {
                    attack.accept(frontend, attacker);
                    attacker.kick(NicGuest.RX).signal();
                    attacker.kick(NicGuest.TX).signal();
                });
    }

    private void assertNothingHappened() {
        assertTrue(neighbour.canUseNic(60 + value++, value & 0x7F));
        run.assertNothingLeft(attacker.ram());
    }

    static List<Arguments> attacks() {
        List<Arguments> all = new ArrayList<>();
        addRings(all);
        addHeaders(all);
        addFrames(all);
        addBuffers(all);
        addMessages(all);
        return all;
    }

    private static void add(
            List<Arguments> all, String name, BiConsumer<FakeFrontend, NicGuest> attack) {
        all.add(Arguments.of(name, attack));
    }

    private static void addRings(List<Arguments> all) {
        for (int index : new int[] {NicGuest.RX, NicGuest.TX}) {
            String ring = index == NicGuest.RX ? "rx " : "tx ";
            add(all, ring + "head 16", (f, g) -> g.driver(index).publish(16));
            add(all, ring + "head 65535", (f, g) -> g.driver(index).publish(65535));
            add(all, ring + "avail index jumps", (f, g) -> jump(g.driver(index)));
            for (int flags = 0; flags < 8; flags++) {
                int all8 = flags;
                add(all, ring + "flags " + flags, (f, g) -> offer(g, index, GUEST, 16, all8, 0));
            }
            add(all, ring + "next outside", (f, g) -> offer(g, index, GUEST, 16, 1, 99));
            add(all, ring + "address nowhere", (f, g) -> offer(g, index, 1L << 60, 16, 2, 0));
            add(all, ring + "address wraps", (f, g) -> offer(g, index, -8, 16, 2, 0));
            add(all, ring + "length wraps", (f, g) -> offer(g, index, GUEST, -1, 2, 0));
            add(all, ring + "length of nothing", (f, g) -> offer(g, index, GUEST, 0, 2, 0));
            for (int length : new int[] {0, 15, 16, 17, 1 << 20, -16}) {
                add(
                        all,
                        ring + "indirect table of " + length,
                        (f, g) -> offer(g, index, GUEST, length, 4, 0));
            }
        }
    }

    private static void jump(GuestDriver driver) {
        driver.avail().putShort(2, (short) 1000);
    }

    /** The receive buffers are the ring itself. */
    private static void overwriteRing(NicGuest guest, int value) {
        GuestDriver driver = guest.driver(NicGuest.RX);
        for (int head = 0; head < NicGuest.SIZE; head++) {
            GuestDriver.putDescriptor(
                    driver.descriptors(), head, GUEST, 4096, GuestDriver.FLAG_WRITE, 0);
            driver.publish(head);
        }
        guest.send(1000, value);
        guest.send(1000, 0);
    }

    /** One descriptor as it stands, and a frame to be received. */
    private static void offer(
            NicGuest guest, int index, long address, int length, int flags, int next) {
        GuestDriver driver = guest.driver(index);
        GuestDriver.putDescriptor(driver.descriptors(), 0, address, length, flags, next);
        driver.publish(0);
        if (index == NicGuest.RX) {
            guest.send(100, 1);
        }
    }

    private static void addHeaders(List<Arguments> all) {
        int[][] headers = {
            {255, 0, 0, 0, 0, 0, 0, 0, 0, 0},
            {1, 0, 0, 0, 0, 0, 255, 255, 255, 255},
            {1, 0, 0, 0, 0, 0, 255, 255, 0, 0},
            {1, 0, 0, 0, 0, 0, 0, 0, 255, 255},
            {1, 0, 0, 0, 0, 0, 98, 0, 1, 0},
            {0, 1, 0, 0, 0, 5, 34, 0, 16, 0},
            {1, 1, 0, 0, 0, 0, 34, 0, 16, 0},
            {1, 1, 255, 255, 255, 255, 34, 0, 16, 0},
            {1, 1, 54, 0, 1, 0, 34, 0, 16, 0},
            {1, 1, 54, 0, 100, 0, 90, 0, 16, 0},
            {1, 4, 54, 0, 100, 0, 34, 0, 16, 0},
            {1, 5, 54, 0, 100, 0, 34, 0, 6, 0},
            {1, 3, 54, 0, 100, 0, 34, 0, 6, 0},
            {1, 0x81, 54, 0, 100, 0, 34, 0, 16, 0},
            {1, 0x80, 54, 0, 100, 0, 34, 0, 16, 0},
            {1, 0x85, 54, 0, 100, 0, 34, 0, 6, 0},
            {255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
        };
        for (int[] header : headers) {
            String name = "header " + Arrays.toString(header);
            add(all, name, (f, g) -> send(g, header, 100));
            add(all, name + " of a long frame", (f, g) -> send(g, header, 60_000));
        }
    }

    /** A frame of nothing in particular, with buffers to receive it. */
    private static void send(NicGuest guest, int[] header, int length) {
        for (int i = 0; i < 4; i++) {
            guest.offerBuffer();
        }
        long address = guest.ram().allocate(12 + length, 1);
        MemorySlice bytes = guest.ram().at(address, 12 + length);
        for (int i = 0; i < header.length; i++) {
            bytes.putByte(i, (byte) header[i]);
        }
        guest.driver(NicGuest.TX).offer(List.of(new Buffer(address, 12 + length, false)));
    }

    private static void addFrames(List<Arguments> all) {
        for (int length : new int[] {1, 9, 10, 11, 12, 13, 25, 26, 1600, 65_600, 1 << 19}) {
            add(all, "chain of " + length, (f, g) -> offer(g, 1, GUEST, length, 0, 0));
        }
        add(all, "chain to be written", (f, g) -> offer(g, 1, GUEST, 100, 2, 0));
        add(all, "a thousand pieces", HostileNetGuestTest::sendInPieces);
        add(all, "memory cut off", (f, g) -> cutOff(g, 0));
        add(all, "memory cut off behind the rings", (f, g) -> cutOff(g, 16 << 10));
    }

    private static void sendInPieces(FakeFrontend frontend, NicGuest guest) {
        guest.offerBuffer();
        List<Buffer> pieces = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            pieces.add(new Buffer(GUEST + i, 1, false));
        }
        guest.driver(NicGuest.TX).offerIndirect(pieces);
    }

    private static void cutOff(NicGuest guest, long length) {
        guest.ram().allocate(64 << 10, 4096);
        for (int i = 0; i < 4; i++) {
            guest.offerBuffer();
        }
        send(guest, new int[10], 1000);
        guest.ram().cutOff(length);
    }

    private static void addBuffers(List<Arguments> all) {
        for (int length : new int[] {1, 11, 12, 13}) {
            add(all, "buffers of " + length, (f, g) -> receiveInto(g, length));
        }
        add(all, "buffers to be read", HostileNetGuestTest::offerReadable);
        for (int value : new int[] {0, 1, 2, 4, 0x10, 0xFF}) {
            add(all, "rings of buffers full of " + value, (f, g) -> overwriteRing(g, value));
        }
        add(all, "no buffers", (f, g) -> g.send(1000, 1));
    }

    private static void receiveInto(NicGuest guest, int length) {
        for (int i = 0; i < NicGuest.SIZE; i++) {
            guest.driver(NicGuest.RX).offer(List.of(new Buffer(GUEST, length, true)));
        }
        guest.send(100, 1);
        guest.send(1000, 1);
    }

    private static void offerReadable(FakeFrontend frontend, NicGuest guest) {
        for (int i = 0; i < NicGuest.SIZE; i++) {
            guest.driver(NicGuest.RX).offer(List.of(new Buffer(GUEST, 1000, false)));
        }
        guest.send(100, 1);
    }

    private static void addMessages(List<Arguments> all) {
        for (long mtu : new long[] {0, 67, 65_536, -1, Long.MIN_VALUE}) {
            add(all, "MTU " + mtu, (f, g) -> f.ask(NET_SET_MTU, longs(mtu)));
        }
        add(all, "moves without end", HostileNetGuestTest::move);
        for (int index : new int[] {0, 1, CONTROL}) {
            add(all, "no vring " + index, (f, g) -> f.getVringBase(index));
        }
        add(all, "enabled again and again", HostileNetGuestTest::enable);
        add(
                all,
                "other features at work",
                (f, g) -> f.ask(SET_FEATURES, longs(FEATURES ^ 1 << 15)));
        add(all, "memory taken away", (f, g) -> f.remMemReg(g.ram()));
    }

    private static void move(FakeFrontend frontend, NicGuest guest) {
        for (int i = 0; i < 200; i++) {
            frontend.ask(SEND_RARP, longs(i));
        }
    }

    private static void enable(FakeFrontend frontend, NicGuest guest) {
        for (int i = 0; i < 200; i++) {
            frontend.send(SET_VRING_ENABLE, ints(i % 5, i / 5 % 2));
            guest.driver(NicGuest.TX).publish(0);
        }
    }
}
