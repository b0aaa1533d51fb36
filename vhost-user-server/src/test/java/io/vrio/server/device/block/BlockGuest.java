// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.BlockDisk;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingDriver;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A fixture: a guest with one queue of a block device, and the device. Without a session between
 * them: the test calls the device as a session does.
 */
public final class BlockGuest implements AutoCloseable {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int FLUSH = 4;
    public static final int GET_ID = 8;
    public static final int DISCARD = 11;
    public static final int WRITE_ZEROES = 13;

    /** What a status byte holds before the device writes it. */
    public static final int NO_STATUS = 0xAA;

    private static final int HEADER = 16;

    private final GuestRam ram;
    private final GuestMemory memory = new GuestMemory();
    private final EventFd call = new EventFd();
    private final BlockDevice device;
    private final RingDriver driver;
    private final long features;
    private final long mark;

    /** A request on its way: where its parts are in guest memory. */
    public record Pending(int headIndex, long dataAddress, int dataLength, long statusAddress) {}

    /** How a request ended. */
    public record Result(int status, int usedLength, byte[] data) {}

    public BlockGuest(BlockDisk disk, long ramLength, int queueSize, long features) {
        this.features = features;
        ram = new GuestRam(ramLength, 0x10_0000L, 0x7000_0000_0000L);
        memory.add(ram.region(), ram.fd());
        driver = RingDriver.of(ram, queueSize, features);
        mark = ram.mark();
        device = new BlockDevice("test", disk, 4);
        device.acceptFeatures(features);
    }

    /** A guest that has accepted all that is offered but packed rings, with its queue running. */
    public static BlockGuest start(BlockDisk disk) {
        return start(disk, BlockFeatures.of(disk.properties()) & ~RingFeatures.PACKED);
    }

    /** A guest that has accepted all that is offered, with its queue running. */
    public static BlockGuest startPacked(BlockDisk disk) {
        return start(disk, BlockFeatures.of(disk.properties()));
    }

    private static BlockGuest start(BlockDisk disk, long features) {
        BlockGuest guest = new BlockGuest(disk, 16 << 20, 64, features);
        guest.startQueue(0);
        return guest;
    }

    /** Serves the driver's ring from where the driver is. */
    public void startQueue(int index) {
        startQueue(index, driver.layout());
    }

    public void startQueue(int index, RingLayout layout) {
        device.startQueue(index, RingFormat.open(memory, layout, features), call);
    }

    public BlockDevice device() {
        return device;
    }

    /** Of a guest with split rings. */
    public GuestDriver driver() {
        return (GuestDriver) driver;
    }

    public RingDriver ring() {
        return driver;
    }

    public GuestRam ram() {
        return ram;
    }

    public GuestMemory memory() {
        return memory;
    }

    /** Whether the device has called since this was asked last. */
    public boolean isCalled() {
        return call.drain();
    }

    /** Offers a request in three descriptors. */
    public Pending offer(int type, long sector, byte[] out, int inLength) {
        return offer(type, sector, out, inLength, 1, false);
    }

    /**
     * Offers a request, its data cut into {@code pieces} descriptors, perhaps in an indirect table.
     */
    public Pending offer(
            int type, long sector, byte[] out, int inLength, int pieces, boolean isIndirect) {
        long header = ram.allocate(HEADER, 1);
        MemorySlice headerBytes = ram.at(header, HEADER);
        headerBytes.putInt(0, type);
        headerBytes.putInt(4, 0);
        headerBytes.putLong(8, sector);
        int dataLength = out.length + inLength;
        long data = ram.allocate(dataLength, 1);
        ram.at(data, out.length).putBytes(0, out, 0, out.length);
        long status = ram.allocate(1, 1);
        ram.at(status, 1).putByte(0, (byte) NO_STATUS);
        List<Buffer> buffers = new ArrayList<>();
        buffers.add(new Buffer(header, HEADER, false));
        cut(buffers, data, out.length, pieces, false);
        cut(buffers, data + out.length, inLength, pieces, true);
        buffers.add(new Buffer(status, 1, true));
        int head = isIndirect ? driver.offerIndirect(buffers) : driver.offer(buffers);
        return new Pending(head, data, dataLength, status);
    }

    private static void cut(
            List<Buffer> target, long address, int length, int pieces, boolean isWritable) {
        int done = 0;
        for (int i = 0; i < pieces && done < length; i++) {
            int part = i == pieces - 1 ? length - done : Math.max(1, length / pieces);
            part = Math.min(part, length - done);
            target.add(new Buffer(address + done, part, isWritable));
            done += part;
        }
    }

    /** Takes the next request that has ended, or returns null. */
    public Used takeUsed() {
        return driver.takeUsed();
    }

    public Result result(Pending pending, Used used) {
        byte[] data = new byte[pending.dataLength()];
        ram.at(pending.dataAddress(), data.length).getBytes(0, data, 0, data.length);
        return new Result(status(pending), used.length(), data);
    }

    public int status(Pending pending) {
        return ram.at(pending.statusAddress(), 1).getUnsignedByte(0);
    }

    /** Offers a request and lets the device work until it has ended. */
    public Result run(int type, long sector, byte[] out, int inLength) {
        Pending pending = offer(type, sector, out, inLength);
        device.doWork();
        Used used = takeUsed();
        if (used == null) {
            throw new AssertionError("request has not ended");
        }
        Result result = result(pending, used);
        if (driver.freeCount() == driver.size()) {
            ram.freeTo(mark);
        }
        return result;
    }

    public Result read(long sector, int length) {
        return run(READ, sector, new byte[0], length);
    }

    public Result write(long sector, byte[] data) {
        return run(WRITE, sector, data, 0);
    }

    /** DISCARD or WRITE_ZEROES of one range. */
    public Result range(int type, long sector, int sectorCount, int flags) {
        return run(type, 0, rangeBytes(sector, sectorCount, flags), 0);
    }

    public static byte[] rangeBytes(long sector, int sectorCount, int flags) {
        byte[] bytes = new byte[16];
        try (NativeBuffer buffer = new NativeBuffer(bytes.length)) {
            buffer.slice().putLong(0, sector);
            buffer.slice().putInt(8, sectorCount);
            buffer.slice().putInt(12, flags);
            buffer.slice().getBytes(0, bytes, 0, bytes.length);
        }
        return bytes;
    }

    public long counter(String name) {
        return device.counters().get(name);
    }

    /** Frees all guest memory but the ring; nothing is in flight. */
    public void freeData() {
        ram.freeTo(mark);
    }

    @Override
    public void close() {
        device.close();
        memory.close();
        call.close();
        ram.close();
    }
}
