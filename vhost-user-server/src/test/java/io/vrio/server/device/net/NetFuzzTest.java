// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
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
 * A guest that scribbles into its rings, headers and buffers while frames come and go, and whose
 * frontend stops and starts queues and changes the memory table. Nothing may be thrown, run without
 * bound, touch memory next to the guest's, or stay mapped, and whatever gets through is a frame.
 */
final class NetFuzzTest {
    private static final int PAGE = 4096;
    private static final int RAM_LENGTH = 64 * PAGE;
    private static final long GUEST = 0x8000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final long TABLE = GUEST + 12 * PAGE;
    private static final long HEADER = GUEST + 13 * PAGE + 1;
    private static final long DATA = GUEST + 14 * PAGE + 1;
    private static final int QUEUES = 5;
    private static final int QUEUE_SIZE = 16;
    private static final int[] LENGTHS = {
        60, 60, 1054, 1054, 1526, 0, 1, 10, 4096, 65_562, 1 << 20, -1
    };
    private static final int[] GSO_TYPES = {0, 0, 0, 1, 1, 3, 4, 5, 0x80, 0x81, 0x84, 0xFF};
    private static final int[] NUMBERS = {0, 0, 1, 14, 16, 34, 34, 54, 1400, 1460, 0x8000, 0xFFFF};
    private static final int STEPS = 300;
    private static final byte CANARY = 0x5A;

    /** Limit: the work of one cycle: 64 chains and giving back, of each queue. */
    private static final int WORK_MAX = QUEUES * 66;

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
                scene.deliver();
                scene.disturb();
            }
            scene.device.reset();
            scene.memory.close();
            assertEquals(0, scene.ram.serverMappings());
            assertTrue(scene.isCanaryAlive());
            assertTrue(scene.nic.sent().stream().allMatch(NetFuzzTest::isSound));
            // A seed is worthless when nothing gets through.
            long received = scene.device.counters().get("rx_frames");
            assertTrue(scene.nic.sent().size() + received > 0, "frames get through");
        }
    }

    /** What every station behind the device relies on. */
    private static boolean isSound(MemoryNic.Sent sent) {
        boolean isGso = sent.gsoType() != NetFrame.GSO_NONE;
        boolean isSummed = (sent.flags() & NetFrame.NEEDS_CHECKSUM) == 0;
        int length = sent.data().length;
        return length >= NetFrame.ETHERNET_LENGTH
                && length <= (isGso ? NetFrame.LENGTH_MAX : 1522)
                && (isSummed || sent.checksumStart() + sent.checksumOffset() + 2 <= length)
                && (!isGso || !isSummed && sent.gsoSize() > 0 && sent.gsoSize() <= 1500);
    }

    private static final class Scene implements AutoCloseable {
        private final Random random;
        private final GuestRam ram = new GuestRam(RAM_LENGTH, GUEST, FRONTEND);
        private final MemoryNic nic = new MemoryNic();
        private final NetDevice device = new NetDevice("fuzz", nic, 2);
        private final GuestMemory memory = new GuestMemory();
        private final EventFd call = new EventFd();
        private final long features;
        private final GuestDriver[] drivers = new GuestDriver[QUEUES];

        /** The guest's memory is all of the file but the first and the last page. */
        private final GuestRegion region =
                new GuestRegion(GUEST + PAGE, RAM_LENGTH - 2 * PAGE, FRONTEND + PAGE, PAGE);

        Scene(Random random) {
            this.random = random;
            features = chooseFeatures();
            ram.slice().fill(0, PAGE, CANARY);
            ram.slice().fill(RAM_LENGTH - PAGE, PAGE, CANARY);
            ram.allocate(PAGE, 1);
            memory.add(region, ram.fd());
            device.acceptFeatures(features);
            for (int i = 0; i < QUEUES; i++) {
                drivers[i] = new GuestDriver(ram, QUEUE_SIZE, features);
                start(i);
            }
        }

        private long chooseFeatures() {
            return switch (random.nextInt(3)) {
                case 0 -> device.offeredFeatures();
                case 1 -> device.offeredFeatures() & random.nextLong();
                default -> 0;
            };
        }

        private void start(int index) {
            drivers[index].reset();
            GuestDriver driver = drivers[index];
            device.startQueue(index, new SplitVirtqueue(memory, driver.layout(), features), call);
        }

        /** Good chains, most of them with something changed before they are offered. */
        void scribble() {
            for (int i = random.nextInt(6); i > 0; i--) {
                int index = random.nextInt(QUEUES);
                offer(drivers[index], index % 2 == 0 && index != QUEUES - 1);
            }
            if (random.nextInt(60) == 0) {
                GuestDriver driver = drivers[random.nextInt(QUEUES)];
                scribbleAnywhere(driver.used());
                scribbleAnywhere(driver.avail());
                scribbleAnywhere(driver.descriptors());
            }
        }

        private void offer(GuestDriver driver, boolean isReceive) {
            putHeader();
            int head = 2 * random.nextInt(QUEUE_SIZE / 2);
            if (random.nextInt(3) == 0) {
                putChain(ram.at(TABLE, 2 * 16), 0, isReceive);
                GuestDriver.putDescriptor(
                        driver.descriptors(), head, TABLE, 32, GuestDriver.FLAG_INDIRECT, 0);
            } else {
                putChain(driver.descriptors(), head, isReceive);
            }
            if (random.nextInt(4) == 0) {
                putDescriptor(driver.descriptors(), random.nextInt(QUEUE_SIZE));
                putDescriptor(ram.at(TABLE, 2 * 16), random.nextInt(2));
            }
            driver.publish(random.nextInt(150) == 0 ? QUEUE_SIZE : head);
        }

        private void putHeader() {
            MemorySlice header = ram.at(HEADER, 12);
            header.fill(0, 12, (byte) 0);
            byte[] frame = PlainFrame.tcp4(1000, random.nextInt(256)).bytes();
            ram.at(DATA, frame.length).putBytes(0, frame, 0, frame.length);
            if (random.nextBoolean()) {
                return;
            }
            header.putByte(0, (byte) (random.nextInt(4) == 0 ? random.nextInt() : 1));
            header.putByte(1, (byte) GSO_TYPES[random.nextInt(GSO_TYPES.length)]);
            for (int offset = 2; offset < 12; offset += 2) {
                header.putShort(offset, (short) NUMBERS[random.nextInt(NUMBERS.length)]);
            }
        }

        /** Header and data in two descriptors. */
        private void putChain(MemorySlice table, int first, boolean isReceive) {
            int write = isReceive ? GuestDriver.FLAG_WRITE : 0;
            int length = LENGTHS[random.nextInt(LENGTHS.length)];
            boolean isLegacy = (features & (1L << 32 | NetFeatures.MRG_RXBUF)) == 0;
            GuestDriver.putDescriptor(
                    table,
                    first,
                    HEADER,
                    isLegacy ? 10 : 12,
                    GuestDriver.FLAG_NEXT | write,
                    first + 1);
            GuestDriver.putDescriptor(table, first + 1, DATA, length, write, 0);
        }

        private void putDescriptor(MemorySlice table, int index) {
            GuestDriver.putDescriptor(
                    table,
                    index,
                    address(),
                    LENGTHS[random.nextInt(LENGTHS.length)],
                    random.nextInt(8),
                    random.nextInt(QUEUE_SIZE + 1));
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

        /** Frames of the network: whole and sound, as others have judged them. */
        void deliver() {
            for (int i = random.nextInt(4); i > 0; i--) {
                int length = random.nextInt(8) == 0 ? random.nextInt(20_000) : 20;
                PlainFrame plain = PlainFrame.tcp4(length, random.nextInt(256));
                NetFrame frame = nic.frame(plain.bytes());
                if (length > 1000 || random.nextBoolean()) {
                    frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1400)
                            .checksum(plain.checksumStart(), plain.checksumOffset());
                }
                nic.deliver(frame);
            }
        }

        /** What the network and the frontend do meanwhile. */
        void disturb() {
            switch (random.nextInt(14)) {
                case 0 -> nic.setFull(true);
                case 1, 2 -> nic.setFull(false);
                case 3 -> memory.replace(List.of(region), new int[] {ram.fd()});
                case 4 -> device.prepareToBlock();
                case 5 -> device.onWake();
                case 6, 7 -> restart(random.nextInt(QUEUES));
                case 8 -> device.enableQueue(random.nextInt(QUEUES), random.nextInt(4) > 0);
                case 9 -> nic.change(nic.properties().withLink(random.nextInt(4) > 0));
                default -> {
                    // Most of the time they leave the guest alone.
                }
            }
        }

        private void restart(int index) {
            if (random.nextBoolean()) {
                device.failInFlight(index);
            } else {
                device.abandon(index);
            }
            start(index);
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
            nic.close();
            call.close();
            ram.close();
        }
    }
}
