// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.memory.GuestRegion;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.PackedGuestDriver;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest whose descriptors, headers and rings are what the input says, and a disk that serves it.
 * Work is bounded, each chain comes back, and memory next to the guest's is not touched.
 */
public final class BlockRingTarget implements FuzzTarget {
    private static final int PAGE = 4096;
    private static final int RAM_LENGTH = 64 * PAGE;
    private static final long GUEST = 0x8000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final long TABLE = GUEST + 8 * PAGE;
    private static final long HEADER = GUEST + 9 * PAGE;
    private static final long DATA = GUEST + 10 * PAGE;
    private static final int SIZE = 16;
    private static final int DESCRIPTOR = 16;
    private static final long CANARY = 0x5A5A_5A5A_5A5A_5A5AL;

    /** Limit: the work of one cycle: 64 chains, and giving back. */
    private static final int WORK_MAX = 66;

    private final GuestRam ram = new GuestRam(RAM_LENGTH, GUEST, FRONTEND);
    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 16);
    private final BlockDevice device = new BlockDevice("fuzz", disk, 1);
    private final GuestMemory memory = new GuestMemory();
    private final EventFd call = new EventFd();
    private final GuestDriver driver;
    private final PackedGuestDriver packedDriver;
    private final long features;

    public BlockRingTarget() {
        this(RingFormat.SPLIT);
    }

    /** The guest has all of the file but the first and the last page. */
    BlockRingTarget(RingFormat format) {
        long packed = format == RingFormat.PACKED ? RingFeatures.PACKED : 0;
        features = device.offeredFeatures() & ~RingFeatures.PACKED | packed;
        ram.slice().fill(0, PAGE, (byte) CANARY);
        ram.slice().fill(RAM_LENGTH - PAGE, PAGE, (byte) CANARY);
        ram.allocate(PAGE, 1);
        driver = new GuestDriver(ram, SIZE, features);
        packedDriver = new PackedGuestDriver(ram, SIZE, features);
        long size = RAM_LENGTH - 2 * PAGE;
        memory.add(new GuestRegion(GUEST + PAGE, size, FRONTEND + PAGE, PAGE), ram.fd());
        device.acceptFeatures(features);
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int type : new int[] {0, 1, 4, 8, 11, 13, 77}) {
            byte write = (byte) (type == 0 || type == 8 ? 3 : 1);
            seeds.add(
                    new byte[] {
                        (byte) type,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        1, // header
                        3, // descriptors
                        1,
                        1,
                        1,
                        1, // header, 16 bytes, next 1
                        2,
                        5,
                        write,
                        2, // data, 512 bytes, next 2
                        2,
                        0,
                        2,
                        0, // status, 1 byte
                        0,
                        1,
                        0 // no table, one chain, which begins at 0
                    });
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        begin(choices);
        disk.hold();
        work();
        scribble(choices);
        work();
        disk.releaseAll();
        work();
        device.stopQueue(0);
        device.abandon(0);
        check();
    }

    private void begin(FuzzInput choices) {
        MemorySlice header = ram.at(HEADER, 16);
        header.putLong(0, choices.nextByte());
        header.putLong(8, choices.nextLong());
        switch (RingFormat.of(features)) {
            case SPLIT -> {
                driver.reset();
                start(driver.layout());
                writeSplit(choices);
            }
            case PACKED -> {
                packedDriver.reset();
                packedDriver.startAt(choices.nextByte() % (2 * SIZE));
                start(packedDriver.layout());
                writePacked(choices);
            }
        }
    }

    private void start(RingLayout layout) {
        device.startQueue(0, RingFormat.open(memory, layout, features), call);
    }

    /** From the beginning of the ring on, perhaps more than a round. */
    private void writePacked(FuzzInput choices) {
        int count = choices.nextByte() % (2 * SIZE);
        for (int i = 0; i < count; i++) {
            long address = address(choices);
            int length = length(choices);
            int flags = choices.nextByte();
            int rest = choices.nextByte();
            PackedGuestDriver.putDescriptor(
                    packedDriver.ring(),
                    i % SIZE,
                    address,
                    length,
                    rest % (SIZE + 1),
                    flags | (rest & 0x80) << 8);
        }
        fill(ram.at(TABLE, SIZE * DESCRIPTOR), choices);
    }

    private void writeSplit(FuzzInput choices) {
        fill(driver.descriptors(), choices);
        fill(ram.at(TABLE, SIZE * DESCRIPTOR), choices);
        int chains = choices.nextByte() % (SIZE + 1);
        for (int i = 0; i < chains; i++) {
            driver.publish(choices.nextByte() % (SIZE + 1));
        }
    }

    private static void fill(MemorySlice table, FuzzInput choices) {
        int count = choices.nextByte() % (SIZE + 1);
        for (int i = 0; i < count; i++) {
            long address = address(choices);
            int length = length(choices);
            GuestDriver.putDescriptor(
                    table, i, address, length, choices.nextByte(), choices.nextByte());
        }
    }

    private static long address(FuzzInput choices) {
        return switch (choices.nextByte() % 8) {
            case 0 -> choices.nextLong();
            case 1 -> HEADER;
            case 2, 3 -> DATA + choices.nextByte() % 2;
            case 4 -> TABLE;
            case 5 -> GUEST + PAGE - choices.nextByte();
            case 6 -> GUEST + RAM_LENGTH - PAGE - choices.nextByte();
            default -> GUEST + PAGE;
        };
    }

    private static int length(FuzzInput choices) {
        int[] odd = {1, 16, 48, 0, 15, 512, 513, 4096, 1 << 20, -1, Integer.MIN_VALUE};
        int choice = choices.nextByte() % (odd.length + 1);
        return choice < odd.length ? odd[choice] : choices.nextInt();
    }

    /** The guest changes what the device is working on. */
    private void scribble(FuzzInput choices) {
        int count = choices.nextByte() % 8;
        for (int i = 0; i < count; i++) {
            int offset = PAGE + choices.nextShort() % (RAM_LENGTH - 2 * PAGE);
            ram.slice().putByte(offset, (byte) choices.nextByte());
        }
    }

    private void work() {
        if (device.doWork() > WORK_MAX) {
            throw new IllegalStateException("more work than there can be");
        }
        device.prepareToBlock();
        device.onWake();
    }

    private void check() {
        if (device.inFlight(0) != 0) {
            throw new IllegalStateException(device.inFlight(0) + " chains in flight");
        }
        for (int i = 0; i < PAGE; i += Long.BYTES) {
            if (ram.slice().getLong(i) != CANARY
                    || ram.slice().getLong(RAM_LENGTH - PAGE + i) != CANARY) {
                throw new IllegalStateException("memory next to the guest's was written");
            }
        }
        disk.asked().clear();
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
