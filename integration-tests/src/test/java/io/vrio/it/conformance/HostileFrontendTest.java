// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.*;
import static io.vrio.server.session.FakeFrontend.ints;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.RingFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * More than 240 ways to be malformed, each after a good beginning and without. One worker serves
 * the attacker and its neighbour, who must not notice; nothing may be left of the attacker.
 */
@Timeout(30)
final class HostileFrontendTest {
    private static final long FEATURES =
            RingFeatures.VERSION_1
                    | RingFeatures.EVENT_IDX
                    | RingFeatures.INDIRECT_DESC
                    | ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    private static final long GUEST = 0x10_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final int NEED_REPLY = FakeFrontend.VERSION | FakeFrontend.NEED_REPLY;
    private static final byte[] EMPTY = {};

    @TempDir static Path folder;

    private static Worker worker;
    private static ServedMemoryDisk attacked;
    private static ServedMemoryDisk neighbours;
    private static FakeFrontend neighbourFrontend;
    private static RingGuest neighbour;
    private static int sector;

    private final RingGuest attacker = new RingGuest(GUEST, FRONTEND, FEATURES);
    private Attack run;

    @BeforeAll
    static void serve() {
        worker = new Worker("hostile", NanoClock.SYSTEM, 0);
        worker.start();
        attacked = new ServedMemoryDisk(worker, "attacked", folder.resolve("attacked.sock"));
        neighbours = new ServedMemoryDisk(worker, "neighbour", folder.resolve("neighbour.sock"));
        neighbour = new RingGuest(0, FRONTEND, FEATURES);
        neighbourFrontend = neighbours.connect();
        begin(neighbourFrontend, neighbour);
        assertTrue(neighbour.canUseDisk(0, 1));
    }

    @AfterAll
    static void close() {
        neighbourFrontend.close();
        attacked.close();
        neighbours.close();
        worker.close();
        neighbour.close();
    }

    private static void begin(FakeFrontend frontend, RingGuest guest) {
        assertTrue(frontend.ask(SET_FEATURES, longs(FEATURES)));
        assertTrue(frontend.addMemReg(guest.ram()));
        assertTrue(guest.configure(frontend, 0));
        assertTrue(frontend.setVringEnable(0, true));
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
    void shouldSurviveAtTheStart(String name, BiConsumer<FakeFrontend, RingGuest> attack) {
        try (FakeFrontend frontend = attacked.connect()) {
            attack(frontend, attack);
        }
        assertNothingHappened();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void shouldSurviveWhileTheDeviceRuns(String name, BiConsumer<FakeFrontend, RingGuest> attack) {
        try (FakeFrontend frontend = attacked.connect()) {
            begin(frontend, attacker);
            attack(frontend, attack);
        }
        assertNothingHappened();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("halfMessages")
    void shouldSurviveHalfAMessageAtTheStart(
            String name, BiConsumer<FakeFrontend, RingGuest> half) {
        try (FakeFrontend frontend = attacked.connect()) {
            leaveOff(frontend, half);
        }
        assertNothingHappened();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("halfMessages")
    void shouldSurviveHalfAMessageWhileTheDeviceRuns(
            String name, BiConsumer<FakeFrontend, RingGuest> half) {
        try (FakeFrontend frontend = attacked.connect()) {
            begin(frontend, attacker);
            leaveOff(frontend, half);
        }
        assertNothingHappened();
    }

    private void leaveOff(FakeFrontend frontend, BiConsumer<FakeFrontend, RingGuest> half) {
        run.leaveOff(
                frontend,
                () -> {
                    half.accept(frontend, attacker);
                    assertTrue(neighbour.canUseDisk(sector++ % 64, sector & 0x7f));
                });
    }

    private void attack(FakeFrontend frontend, BiConsumer<FakeFrontend, RingGuest> attack) {
        run.carryOut(
                frontend,
                () -> {
                    attack.accept(frontend, attacker);
                    attacker.kick().signal();
                });
    }

    private void assertNothingHappened() {
        assertTrue(neighbour.canUseDisk(sector++ % 64, sector & 0x7f));
        run.assertNothingLeft(attacker.ram());
    }

    static List<Arguments> attacks() {
        List<Arguments> all = new ArrayList<>();
        addHeaders(all);
        addShapes(all);
        addIndices(all);
        addValues(all);
        addMemory(all);
        addRings(all);
        return all;
    }

    private static void add(
            List<Arguments> all, String name, BiConsumer<FakeFrontend, RingGuest> attack) {
        all.add(Arguments.of(name, attack));
    }

    private static void addHeaders(List<Arguments> all) {
        for (int flags : new int[] {0, 2, 3, 4, 5, 7, -1}) {
            add(all, "flags " + flags, (f, g) -> f.sendRaw(1, flags, 0, EMPTY));
        }
        for (int length : new int[] {1, 4097, 1 << 20, Integer.MAX_VALUE, -1}) {
            add(all, "announces " + length, (f, g) -> f.sendRaw(2, 1, length, new byte[4]));
        }
        for (int code : new int[] {0, 6, 7, 19, 20, 22, 23, 26, 28, 31, 32, 35, 41, 63, 64, -1}) {
            add(all, "unknown " + code, (f, g) -> f.sendRaw(code, NEED_REPLY, 0, EMPTY));
            add(all, "unknown, unacknowledged " + code, (f, g) -> f.sendRaw(code, 1, 8, longs(0)));
        }
        add(all, "does not read", HostileFrontendTest::flood);
    }

    static List<Arguments> halfMessages() {
        List<Arguments> all = new ArrayList<>();
        for (int length : new int[] {1, 4, 11}) {
            add(all, "leaves after " + length, (f, g) -> f.sendBytes(new byte[length]));
        }
        add(all, "leaves in the payload", (f, g) -> f.sendRaw(5, 1, 264, new byte[100]));
        add(all, "announces 4096", (f, g) -> f.sendRaw(2, 1, 4096, new byte[4]));
        return all;
    }

    private static void flood(FakeFrontend frontend, RingGuest guest) {
        for (int i = 0; i < 2_000; i++) {
            frontend.send(GET_FEATURES, EMPTY);
        }
    }

    private static void addShapes(List<Arguments> all) {
        for (VhostUserRequest request : VhostUserRequest.values()) {
            for (int length : new int[] {0, 4, 16, 4096}) {
                add(
                        all,
                        request + " of " + length + " bytes",
                        (f, g) -> f.ask(request, new byte[length]));
            }
            int[] many = new int[9];
            add(
                    all,
                    request + " with 8 descriptors",
                    (f, g) -> f.ask(request, new byte[8], fill(new int[8], g.kick().fd())));
            add(
                    all,
                    request + " with 9 descriptors",
                    (f, g) -> f.ask(request, new byte[8], fill(many, g.ram().fd())));
        }
    }

    private static int[] fill(int[] descriptors, int descriptor) {
        Arrays.fill(descriptors, descriptor);
        return descriptors;
    }

    private static void addIndices(List<Arguments> all) {
        for (int index : new int[] {2, 64, 255, 256, -1, Integer.MIN_VALUE}) {
            add(all, "NUM of vring " + index, (f, g) -> f.setVringNum(index, 16));
            add(all, "BASE of vring " + index, (f, g) -> f.setVringBase(index, 0));
            add(all, "ADDR of vring " + index, (f, g) -> f.setVringAddr(index, 0, 0, 0));
            add(all, "ENABLE of vring " + index, (f, g) -> f.setVringEnable(index, true));
            add(all, "GET_BASE of vring " + index, (f, g) -> f.getVringBase(index));
            add(
                    all,
                    "KICK of vring " + index,
                    (f, g) -> f.setEvent(SET_VRING_KICK, index, g.kick().fd()));
        }
    }

    private static void addValues(List<Arguments> all) {
        for (int size : new int[] {0, 3, 2048, 32768, 65536, -1, Integer.MIN_VALUE}) {
            add(all, "size " + size, (f, g) -> f.setVringNum(1, size));
        }
        for (int availIdx : new int[] {65535, 65536, -1, Integer.MIN_VALUE}) {
            add(all, "index " + availIdx, (f, g) -> f.setVringBase(1, availIdx));
        }
        for (long features : new long[] {-1, 1L << 63, 1L << 34, 1L << 26}) {
            add(all, "features " + features, (f, g) -> f.ask(SET_FEATURES, longs(features)));
            add(
                    all,
                    "protocol " + features,
                    (f, g) -> f.ask(SET_PROTOCOL_FEATURES, longs(features)));
        }
        for (int[] range : new int[][] {{0, 257}, {256, 1}, {-1, 1}, {1, -1}, {1 << 30, 1 << 30}}) {
            add(all, "configuration " + range[0] + ", " + range[1], (f, g) -> getConfig(f, range));
            add(
                    all,
                    "set configuration " + range[0] + ", " + range[1],
                    (f, g) -> f.ask(SET_CONFIG, ints(range[0], range[1], 0)));
        }
        add(all, "kick is a file", (f, g) -> f.setEvent(SET_VRING_KICK, 1, g.ram().fd()));
        add(all, "call is a file", (f, g) -> f.setEvent(SET_VRING_CALL, 0, g.ram().fd()));
        add(
                all,
                "back channel is a file",
                (f, g) -> f.ask(SET_BACKEND_REQ_FD, EMPTY, g.ram().fd()));
        add(all, "kick is full", HostileFrontendTest::kickForEver);
    }

    private static void getConfig(FakeFrontend frontend, int[] range) {
        frontend.get(GET_CONFIG, ints(range[0], range[1], 0));
    }

    private static void kickForEver(FakeFrontend frontend, RingGuest guest) {
        for (int i = 0; i < 10_000; i++) {
            guest.kick().signal();
        }
    }

    private static void addMemory(List<Arguments> all) {
        for (int count : new int[] {0, 2, 8, 9, 65536, -1, Integer.MIN_VALUE}) {
            add(
                    all,
                    "table of " + count,
                    (f, g) -> f.ask(SET_MEM_TABLE, table(count), g.ram().fd()));
        }
        long length = 1 << 20;
        long[][] regions = {
            {GUEST, length + 4096, FRONTEND, 0},
            {GUEST, length, FRONTEND, 4096},
            {GUEST, length, FRONTEND, -4096},
            {GUEST, length, FRONTEND, Long.MAX_VALUE},
            {GUEST, 0, FRONTEND, 0},
            {GUEST, -1, FRONTEND, 0},
            {GUEST, Long.MIN_VALUE, FRONTEND, 0},
            {GUEST, 1L << 46, FRONTEND, 0},
            {-4096, length, FRONTEND, 0},
            {GUEST, length, -4096, 0},
            {GUEST + 4096, length - 4096, FRONTEND, 0},
            {0, length, FRONTEND + 4096, 0},
            {GUEST, 1, FRONTEND, 0},
        };
        for (long[] region : regions) {
            String text = Arrays.toString(region);
            add(all, "region " + text, (f, g) -> f.ask(ADD_MEM_REG, one(region), g.ram().fd()));
            add(all, "no region " + text, (f, g) -> f.ask(REM_MEM_REG, one(region)));
        }
        long[] good = {GUEST << 8, length, FRONTEND << 1, 0};
        add(all, "region of a counter", (f, g) -> f.ask(ADD_MEM_REG, one(good), g.kick().fd()));
        add(all, "region of nothing", (f, g) -> f.ask(ADD_MEM_REG, one(good)));
        add(all, "too many regions", HostileFrontendTest::addRegions);
        add(all, "region removed under a live ring", (f, g) -> f.remMemReg(g.ram()));
        add(all, "no memory any more", (f, g) -> f.ask(SET_MEM_TABLE, longs(0)));
        add(all, "memory cut off", HostileFrontendTest::cutOff);
        add(all, "memory cut off before the start", HostileFrontendTest::startWithoutMemory);
    }

    private static byte[] table(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
        bytes.putInt(count).putInt(0).putLong(GUEST).putLong(4096).putLong(FRONTEND).putLong(0);
        return bytes.array();
    }

    private static byte[] one(long[] region) {
        return longs(0, region[0], region[1], region[2], region[3]);
    }

    private static void addRegions(FakeFrontend frontend, RingGuest guest) {
        long base = 1L << 40;
        for (int i = 0; i < 520; i++) {
            long[] region = {base + i * 4096L, 4096, base + i * 4096L, 0};
            frontend.ask(ADD_MEM_REG, one(region), guest.ram().fd());
        }
    }

    private static void cutOff(FakeFrontend frontend, RingGuest guest) {
        guest.ram().cutOff(0);
        guest.kick().signal();
        frontend.getVringBase(0);
    }

    private static void startWithoutMemory(FakeFrontend frontend, RingGuest guest) {
        try (GuestRam ram = new GuestRam(1 << 16, 1L << 40, 1L << 40);
                EventFd kick = new EventFd()) {
            frontend.addMemReg(ram);
            frontend.setVringNum(1, 16);
            frontend.setVringAddr(1, 1L << 40, (1L << 40) + 4096, (1L << 40) + 8192);
            ram.cutOff(0);
            frontend.setEvent(SET_VRING_KICK, 1, kick.fd());
            frontend.setVringEnable(1, true);
        }
    }

    private static void addRings(List<Arguments> all) {
        long[][] addresses = {
            {FRONTEND + 1, FRONTEND + 4096, FRONTEND + 8192},
            {FRONTEND, FRONTEND + 4097, FRONTEND + 8192},
            {FRONTEND, FRONTEND + 4096, FRONTEND + 8193},
            {FRONTEND + (1 << 20) - 16, FRONTEND, FRONTEND},
            {0, 0, 0},
            {-1, -1, -1},
            {FRONTEND, FRONTEND, FRONTEND},
        };
        for (long[] at : addresses) {
            add(all, "ring at " + Arrays.toString(at), (f, g) -> startRing(f, g, at));
        }
        for (int head : new int[] {16, 255, 65535}) {
            add(all, "head " + head, (f, g) -> g.driver().publish(head));
        }
        add(all, "avail index jumps", (f, g) -> g.driver().avail().putShort(2, (short) 1000));
        add(all, "chain without end", (f, g) -> offer(g, 0, GUEST, 16, GuestDriver.FLAG_NEXT, 0));
        add(all, "next out of range", (f, g) -> offer(g, 0, GUEST, 16, GuestDriver.FLAG_NEXT, 99));
        add(all, "address nowhere", (f, g) -> offer(g, 0, 1L << 60, 16, 0, 0));
        add(all, "address wraps", (f, g) -> offer(g, 0, -8, 16, 0, 0));
        add(all, "length wraps", (f, g) -> offer(g, 0, GUEST, -1, GuestDriver.FLAG_WRITE, 0));
        add(all, "length of nothing", (f, g) -> offer(g, 0, GUEST, 0, GuestDriver.FLAG_WRITE, 0));
        for (int length : new int[] {0, 15, 16, 17, 1 << 20, -16}) {
            add(
                    all,
                    "indirect table of " + length,
                    (f, g) -> offer(g, 0, GUEST, length, GuestDriver.FLAG_INDIRECT, 0));
        }
        int nested = GuestDriver.FLAG_INDIRECT | GuestDriver.FLAG_NEXT | GuestDriver.FLAG_WRITE;
        add(all, "all flags", (f, g) -> offer(g, 0, GUEST, 16, nested, 0));
        add(all, "same head twice", HostileFrontendTest::offerTwice);
    }

    private static void startRing(FakeFrontend frontend, RingGuest guest, long[] at) {
        frontend.addMemReg(guest.ram());
        frontend.setVringNum(1, 16);
        frontend.setVringAddr(1, at[0], at[1], at[2]);
        frontend.setEvent(SET_VRING_KICK, 1, guest.kick().fd());
        frontend.setVringEnable(1, true);
    }

    private static void offer(
            RingGuest guest, int head, long address, int length, int flags, int next) {
        GuestDriver driver = guest.driver();
        GuestDriver.putDescriptor(driver.descriptors(), head, address, length, flags, next);
        driver.publish(head);
    }

    private static void offerTwice(FakeFrontend frontend, RingGuest guest) {
        offer(guest, 0, GUEST, 16, 0, 0);
        guest.driver().publish(0);
        guest.driver().publish(0);
    }
}
