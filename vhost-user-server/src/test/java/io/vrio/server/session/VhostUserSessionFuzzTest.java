// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.virtqueue.RingFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frontends that say anything in any order, most of it nearly right. The seed tells which: each
 * argument is the first of {@link #SEEDS} seeds.
 */
final class VhostUserSessionFuzzTest {
    private static final int SEEDS = 50;
    private static final int MESSAGES = 200;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final long GUEST = 0x1000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final int LENGTH = 1 << 16;

    /** Values that mean something somewhere. */
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        8,
        64,
        256,
        0x100,
        0x101,
        0xffff,
        0x10000,
        -1,
        Long.MIN_VALUE,
        ProtocolFeatures.OFFERED,
        ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES,
        0x1_7000_0000L,
        FRONTEND,
        FRONTEND + 0x1000,
        FRONTEND + 0x2000,
        GUEST,
        LENGTH
    };

    private static final long[] FEATURES = {
        ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES | RingFeatures.VERSION_1,
        ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES | RingFeatures.SPLIT,
        ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES | RingFeatures.ALL,
        0
    };

    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
    private final GuestRam ram = new GuestRam(LENGTH, GUEST, FRONTEND);
    private final EventFd event = new EventFd();
    private final UnixSocket[] other = UnixSocket.pair();

    @AfterEach
    void close() {
        disk.close();
        ram.close();
        event.close();
        other[0].close();
        other[1].close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 2_000, 3_000, 4_000, 5_000})
    void shouldNeitherFailNorLeak(long firstSeed) {
        long before = OpenDescriptors.count();
        int faults = 0;
        for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
            faults += run(new Random(seed));
        }
        assertEquals(0, faults, "faults, seeds from " + firstSeed);
        assertEquals(before, OpenDescriptors.count(), "descriptors, seeds from " + firstSeed);
        assertEquals(0, ram.serverMappings(), "mappings, seeds from " + firstSeed);
    }

    /** Returns how many faults of ours the frontend has found. */
    private int run(Random random) {
        ManualClock clock = new ManualClock(0);
        DeviceLog log = new DeviceLog("disk0", clock);
        UnixSocket[] pair = UnixSocket.pair();
        pair[1].setNonBlocking();
        try (Worker worker = new Worker("test", clock, 0);
                BlockDevice device = new BlockDevice("disk0", disk, 3);
                VhostUserSession session =
                        new VhostUserSession(worker, device, pair[1], 10 * STEP_NS, log);
                FakeFrontend frontend = new FakeFrontend(pair[0], session::look)) {
            if (random.nextInt(4) > 0) {
                beginWell(frontend);
            }
            for (int i = 0; i < MESSAGES && !session.isClosed(); i++) {
                say(random, frontend);
                scribble(random);
                clock.advance(random.nextInt(2) * STEP_NS);
                work(session, device);
            }
        } catch (ErrnoException e) {
            // The session ended before all was sent: what a good frontend would hear of, too.
            assertEquals(Linux.EPIPE, e.errno());
        }
        return log.faults();
    }

    private void beginWell(FakeFrontend frontend) {
        frontend.ask(VhostUserRequest.SET_FEATURES, FakeFrontend.longs(FEATURES[0]));
        frontend.setMemTable(ram);
        for (int index = 0; index < 2; index++) {
            frontend.setVringNum(index, 16);
            frontend.setVringAddr(index, FRONTEND, FRONTEND + 0x1000, FRONTEND + 0x2000);
            frontend.setEvent(VhostUserRequest.SET_VRING_CALL, index, event.fd());
            frontend.setEvent(VhostUserRequest.SET_VRING_KICK, index, event.fd());
            frontend.setVringEnable(index, true);
        }
    }

    private static void work(VhostUserSession session, BlockDevice device) {
        if (!session.isClosed()) {
            session.doWork();
        }
        if (session.isServing()) {
            device.doWork();
            device.prepareToBlock();
            device.onWake();
        }
    }

    private void say(Random random, FakeFrontend frontend) {
        VhostUserRequest[] requests = VhostUserRequest.values();
        VhostUserRequest request = requests[random.nextInt(requests.length)];
        byte[] payload = nearlyRight(random, rightPayload(random, request));
        int flags = rarely(random) ? random.nextInt(16) : 9;
        int length = rarely(random) ? random.nextInt() : payload.length;
        frontend.sendRaw(request.code(), flags, length, payload, descriptors(random, request));
    }

    private static boolean rarely(Random random) {
        return random.nextInt(300) == 0;
    }

    private static byte[] rightPayload(Random random, VhostUserRequest request) {
        int index = random.nextInt(3);
        return switch (request) {
            case GET_FEATURES,
                    SET_OWNER,
                    RESET_OWNER,
                    GET_PROTOCOL_FEATURES,
                    GET_QUEUE_NUM,
                    SET_BACKEND_REQ_FD,
                    RESET_DEVICE,
                    GET_MAX_MEM_SLOTS,
                    GET_STATUS ->
                    new byte[0];
            case SET_FEATURES -> FakeFrontend.longs(FEATURES[random.nextInt(FEATURES.length)]);
            case SET_PROTOCOL_FEATURES -> FakeFrontend.longs(ProtocolFeatures.OFFERED_DISK);
            case SET_STATUS -> FakeFrontend.longs(random.nextInt(16));
            case SEND_RARP, NET_SET_MTU -> FakeFrontend.longs(random.nextInt(9000));
            case SET_VRING_NUM -> FakeFrontend.ints(index, 1 << random.nextInt(8));
            case SET_VRING_BASE -> FakeFrontend.ints(index, random.nextInt(3));
            case SET_VRING_ENABLE -> FakeFrontend.ints(index, random.nextInt(2));
            case GET_VRING_BASE -> FakeFrontend.ints(index, 0);
            case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR -> FakeFrontend.longs(index);
            case SET_VRING_ADDR ->
                    FakeFrontend.longs(index, FRONTEND, FRONTEND + 0x2000, FRONTEND + 0x1000, 0);
            case SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG ->
                    FakeFrontend.longs(1, GUEST, LENGTH, FRONTEND, 0);
            case SET_LOG_BASE -> FakeFrontend.longs(LENGTH / 0x8000, 0);
            case GET_INFLIGHT_FD, SET_INFLIGHT_FD ->
                    // Vring 1 has none; the log lies over the ring of vring 0.
                    FakeFrontend.longs(LENGTH, 0, 1 | 64 << 16);
            case GET_CONFIG, SET_CONFIG -> {
                byte[] range = new byte[13];
                range[0] = (byte) random.nextInt(64);
                range[4] = 1;
                yield range;
            }
        };
    }

    private static byte[] nearlyRight(Random random, byte[] payload) {
        if (rarely(random)) {
            return Arrays.copyOf(payload, random.nextInt(VhostUserMessage.PAYLOAD_MAX));
        }
        if (payload.length >= Long.BYTES && random.nextInt(6) == 0) {
            ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
            int at = random.nextInt(payload.length / Long.BYTES) * Long.BYTES;
            bytes.putLong(at, NUMBERS[random.nextInt(NUMBERS.length)]);
        }
        return payload;
    }

    private int[] descriptors(Random random, VhostUserRequest request) {
        if (rarely(random)) {
            int[] all = {event.fd(), ram.fd(), other[0].fd()};
            return random.ints(random.nextInt(12), 0, all.length).map(i -> all[i]).toArray();
        }
        return switch (request) {
            case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR -> new int[] {event.fd()};
            case SET_MEM_TABLE, ADD_MEM_REG, SET_LOG_BASE, SET_INFLIGHT_FD -> new int[] {ram.fd()};
            case SET_BACKEND_REQ_FD -> new int[] {other[0].fd()};
            case GET_FEATURES,
                    SET_FEATURES,
                    SET_OWNER,
                    RESET_OWNER,
                    SET_VRING_NUM,
                    SET_VRING_ADDR,
                    SET_VRING_BASE,
                    GET_VRING_BASE,
                    GET_PROTOCOL_FEATURES,
                    SET_PROTOCOL_FEATURES,
                    GET_QUEUE_NUM,
                    SET_VRING_ENABLE,
                    GET_CONFIG,
                    SET_CONFIG,
                    GET_INFLIGHT_FD,
                    RESET_DEVICE,
                    GET_MAX_MEM_SLOTS,
                    REM_MEM_REG,
                    SEND_RARP,
                    NET_SET_MTU,
                    SET_STATUS,
                    GET_STATUS ->
                    new int[0];
        };
    }

    /** The guest writes into its memory, rings and all. */
    private void scribble(Random random) {
        long offset = random.nextInt(LENGTH / 8) * 8L;
        ram.slice().putLong(offset, NUMBERS[random.nextInt(NUMBERS.length)]);
        // The avail ring moves, most of the time by little.
        ram.slice().putShort(0x1002, (short) random.nextInt(4));
    }
}
