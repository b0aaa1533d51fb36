// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.server.device.block.BlockGuest.Pending;
import io.vrio.server.device.block.BlockGuest.Result;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random requests in random shapes, ended in random order, against a model: an array of bytes that
 * executes them one after the other as they end.
 */
final class BlockModelTest {
    private static final int SECTORS = 64;
    private static final int SECTOR = 512;
    private static final int STEPS = 400;

    /** What was asked, so that the model can do the same. */
    private record Asked(Pending pending, int type, int sector, byte[] out, int inLength) {}

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("vrio.seeds", 30));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldBehaveLikeAnArrayOfBytes(long seed) {
        Random random = new Random(seed);
        byte[] model = new byte[SECTORS * SECTOR];
        Map<Integer, Asked> underWay = new HashMap<>();
        try (MemoryDisk disk = MemoryDisk.ofCapacity(model.length);
                BlockGuest guest = start(disk, seed)) {
            disk.hold();
            for (int step = 0; step < STEPS; step++) {
                offerSome(guest, random, underWay);
                guest.device().doWork();
                releaseSome(disk, random);
                guest.device().doWork();
                endSome(guest, model, underWay);
            }
            disk.releaseAll();
            guest.device().doWork();
            endSome(guest, model, underWay);
            assertEquals(Map.of(), underWay);
            assertEquals(0, guest.device().inFlight(0));
        }
    }

    /** Rings of both formats. */
    private static BlockGuest start(MemoryDisk disk, long seed) {
        return seed % 2 == 0 ? BlockGuest.start(disk) : BlockGuest.startPacked(disk);
    }

    private static void offerSome(BlockGuest guest, Random random, Map<Integer, Asked> underWay) {
        if (underWay.isEmpty()) {
            guest.freeData();
        }
        int count = random.nextInt(4);
        for (int i = 0; i < count && guest.ring().freeCount() > 16 && hasRoom(guest); i++) {
            Asked asked = offer(guest, random);
            underWay.put(asked.pending().headIndex(), asked);
        }
    }

    private static boolean hasRoom(BlockGuest guest) {
        return guest.ram().mark() < guest.ram().slice().length() - (64 << 10);
    }

    private static Asked offer(BlockGuest guest, Random random) {
        int[] types = {
            BlockGuest.READ,
            BlockGuest.READ,
            BlockGuest.WRITE,
            BlockGuest.WRITE,
            BlockGuest.FLUSH,
            BlockGuest.WRITE_ZEROES,
            BlockGuest.GET_ID,
            99
        };
        int type = types[random.nextInt(types.length)];
        // Sometimes past the end of the disk.
        int sector = random.nextInt(SECTORS + 2);
        int count = random.nextInt(6);
        byte[] out = {};
        int inLength = 0;
        if (type == BlockGuest.WRITE) {
            out = new byte[count * SECTOR];
            random.nextBytes(out);
        } else if (type == BlockGuest.WRITE_ZEROES) {
            out = BlockGuest.rangeBytes(sector, count, random.nextInt(2));
        } else if (type == BlockGuest.READ) {
            inLength = count * SECTOR;
        } else if (type == BlockGuest.GET_ID) {
            inLength = 20;
        }
        int pieces = 1 + random.nextInt(5);
        Pending pending = guest.offer(type, sector, out, inLength, pieces, random.nextBoolean());
        return new Asked(pending, type, sector, out, inLength);
    }

    private static void releaseSome(MemoryDisk disk, Random random) {
        int count = random.nextInt(4);
        for (int i = 0; i < count && !disk.held().isEmpty(); i++) {
            disk.release(random.nextInt(disk.held().size()));
        }
    }

    private static void endSome(BlockGuest guest, byte[] model, Map<Integer, Asked> underWay) {
        Used used = guest.takeUsed();
        while (used != null) {
            Asked asked = underWay.remove(used.headIndex());
            check(asked, guest.result(asked.pending(), used), model);
            used = guest.takeUsed();
        }
    }

    private static void check(Asked asked, Result result, byte[] model) {
        int from = asked.sector() * SECTOR;
        switch (asked.type()) {
            case BlockGuest.READ -> {
                boolean isInside = from + asked.inLength() <= model.length;
                assertEquals(isInside ? 0 : 1, result.status());
                assertEquals(isInside ? asked.inLength() + 1 : 1, result.usedLength());
                byte[] expected =
                        isInside
                                ? Arrays.copyOfRange(model, from, from + asked.inLength())
                                : result.data();
                assertArrayEquals(expected, result.data());
            }
            case BlockGuest.WRITE -> {
                boolean isInside = from + asked.out().length <= model.length;
                assertEquals(isInside ? 0 : 1, result.status());
                System.arraycopy(
                        asked.out(),
                        0,
                        model,
                        isInside ? from : 0,
                        isInside ? asked.out().length : 0);
            }
            case BlockGuest.WRITE_ZEROES -> {
                int length = asked.out()[8] * SECTOR;
                boolean isInside = from + length <= model.length;
                assertEquals(isInside ? 0 : 1, result.status());
                Arrays.fill(model, isInside ? from : 0, isInside ? from + length : 0, (byte) 0);
            }
            case BlockGuest.FLUSH -> assertEquals(0, result.status());
            case BlockGuest.GET_ID -> assertEquals(21, result.usedLength());
            default -> assertEquals(2, result.status());
        }
    }
}
