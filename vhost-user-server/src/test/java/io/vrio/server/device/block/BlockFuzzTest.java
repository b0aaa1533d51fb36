// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.memory.GuestRegion;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.SplitVirtqueue;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest that scribbles into its rings, tables and headers while the device works, whose disk ends
 * requests when it likes and whose frontend stops and starts the queue and changes the memory
 * table. Nothing may be thrown, run without bound, touch memory next to the guest's, or stay
 * mapped.
 */
final class BlockFuzzTest {
    private static final int PAGE = 4096;
    private static final int RAM_LENGTH = 64 * PAGE;
    private static final long GUEST = 0x8000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final long TABLE = GUEST + 8 * PAGE;
    private static final long HEADER = GUEST + 9 * PAGE + 1;
    private static final long DATA = GUEST + 10 * PAGE + 1;
    private static final int[] TYPES = {0, 0, 1, 1, 4, 8, 11, 13, 77};
    private static final int[] LENGTHS = {0, 1, 15, 16, 17, 20, 512, 512, 513, 4096, 1 << 20, -1};
    private static final int STEPS = 300;
    private static final byte CANARY = 0x5A;

    /** Limit: the work of one cycle: 64 chains, and giving back. */
    private static final int WORK_MAX = 66;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("vrio.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldSurviveAGuestThatScribbles(long seed) {
        Random random = new Random(seed);
        try (Scene scene = new Scene(random)) {
            for (int step = 0; step < STEPS; step++) {
                scene.scribble();
                assertTrue(scene.device.doWork() <= WORK_MAX);
                scene.disturb();
            }
            scene.finish();
            assertEquals(0, scene.device.inFlight(0));
            assertEquals(0, scene.ram.serverMappings());
            assertTrue(scene.isCanaryAlive());
            // A seed is worthless when nothing gets through to the disk.
            assertTrue(scene.disk.asked().size() > 0, "requests reach the disk");
        }
    }

    private static final class Scene implements AutoCloseable {
        private final Random random;
        private final GuestRam ram = new GuestRam(RAM_LENGTH, GUEST, FRONTEND);
        private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 16);
        private final BlockDevice device = new BlockDevice("fuzz", disk, 1);
        private final GuestMemory memory = new GuestMemory();
        private final EventFd call = new EventFd();
        private final long features;
        private final GuestDriver driver;

        /** The guest's memory is all of the file but the first and the last page. */
        private final GuestRegion region =
                new GuestRegion(GUEST + PAGE, RAM_LENGTH - 2 * PAGE, FRONTEND + PAGE, PAGE);

        Scene(Random random) {
            this.random = random;
            features = random.nextBoolean() ? device.offeredFeatures() : 0;
            ram.slice().fill(0, PAGE, CANARY);
            ram.slice().fill(RAM_LENGTH - PAGE, PAGE, CANARY);
            ram.allocate(PAGE, 1);
            driver = new GuestDriver(ram, 16, features);
            memory.add(region, ram.fd());
            device.acceptFeatures(features);
            start();
        }

        private void start() {
            driver.reset();
            device.startQueue(0, new SplitVirtqueue(memory, driver.layout(), features), call);
        }

        /** Good requests, most of them with something changed before they are offered. */
        void scribble() {
            for (int i = random.nextInt(4); i > 0; i--) {
                putHeader();
                int head = 3 * random.nextInt(driver.size() / 3);
                if (random.nextInt(3) == 0) {
                    putRequest(ram.at(TABLE, 3 * 16), 0);
                    GuestDriver.putDescriptor(
                            driver.descriptors(), head, TABLE, 48, GuestDriver.FLAG_INDIRECT, 0);
                } else {
                    putRequest(driver.descriptors(), head);
                }
                if (random.nextInt(3) == 0) {
                    putDescriptor(driver.descriptors(), random.nextInt(driver.size()));
                    putDescriptor(ram.at(TABLE, 3 * 16), random.nextInt(3));
                }
                driver.publish(random.nextInt(100) == 0 ? driver.size() : head);
            }
            if (random.nextInt(40) == 0) {
                scribbleAnywhere(driver.used());
                scribbleAnywhere(driver.avail());
                scribbleAnywhere(driver.descriptors());
            }
        }

        private void putHeader() {
            MemorySlice header = ram.at(HEADER, 16);
            header.putInt(0, TYPES[random.nextInt(TYPES.length)]);
            header.putLong(8, random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(140));
        }

        /** Header, data and status in three descriptors. */
        private void putRequest(MemorySlice table, int first) {
            int next = GuestDriver.FLAG_NEXT;
            int write = GuestDriver.FLAG_WRITE;
            int direction = random.nextBoolean() ? write : 0;
            int length = LENGTHS[random.nextInt(LENGTHS.length)];
            GuestDriver.putDescriptor(table, first, HEADER, 16, next, first + 1);
            GuestDriver.putDescriptor(table, first + 1, DATA, length, direction | next, first + 2);
            GuestDriver.putDescriptor(table, first + 2, DATA - 1, 1, write, 0);
        }

        private void putDescriptor(MemorySlice table, int index) {
            GuestDriver.putDescriptor(
                    table,
                    index,
                    address(),
                    LENGTHS[random.nextInt(LENGTHS.length)],
                    random.nextInt(8),
                    random.nextInt(driver.size() + 1));
        }

        private long address() {
            return switch (random.nextInt(7)) {
                case 0 -> random.nextLong();
                case 1 -> GUEST + PAGE - random.nextInt(4);
                case 2 -> GUEST + RAM_LENGTH - PAGE - random.nextInt(1024);
                case 3 -> TABLE;
                case 4 -> HEADER;
                default -> DATA;
            };
        }

        private void scribbleAnywhere(MemorySlice target) {
            target.putByte(random.nextInt((int) target.length()), (byte) random.nextInt());
        }

        /** What the disk and the frontend do meanwhile. */
        void disturb() {
            switch (random.nextInt(12)) {
                case 0 -> disk.hold();
                case 1 -> disk.releaseAll();
                case 2 -> releaseOne();
                case 3 -> memory.replace(List.of(region), new int[] {ram.fd()});
                case 4 -> device.prepareToBlock();
                case 5 -> device.onWake();
                case 6 -> restart();
                case 7 -> device.enableQueue(0, random.nextBoolean());
                default -> {
                    // Most of the time they leave the guest alone.
                }
            }
        }

        private void releaseOne() {
            if (!disk.held().isEmpty()) {
                disk.release(random.nextInt(disk.held().size()));
            }
        }

        private void restart() {
            switch (random.nextInt(3)) {
                case 0 -> device.failInFlight(0);
                case 1 -> device.abandon(0);
                default -> {
                    device.detach();
                    device.acceptFeatures(features);
                }
            }
            start();
        }

        void finish() {
            device.stopQueue(0);
            disk.releaseAll();
            device.abandon(0);
            memory.close();
        }

        boolean isCanaryAlive() {
            for (int i = 0; i < PAGE; i++) {
                if (ram.slice().getByte(i) != CANARY
                        || ram.slice().getByte(RAM_LENGTH - PAGE + i) != CANARY) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() {
            device.close();
            memory.close();
            disk.close();
            call.close();
            ram.close();
        }
    }
}
