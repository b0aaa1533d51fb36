// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.PackedGuestDriver;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.Virtqueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Block requests' chains (header, data, status) go through a virtqueue of either format, eight at a
 * time: their descriptors are written by the driver, taken, pushed and published. Both ends are on
 * one thread, so what the formats cost in cache lines that go between processors does not show.
 */
@State(Scope.Thread)
public class RingMicro {
    private static final int SIZE = 256;
    private static final int BATCH = 8;
    private static final int DATA_LENGTH = 4096;
    private static final int TABLE_LENGTH = 48;
    private static final int NEXT = GuestDriver.FLAG_NEXT;
    private static final int WRITE = GuestDriver.FLAG_WRITE;
    private static final int BOTH = PackedGuestDriver.FLAG_AVAIL | PackedGuestDriver.FLAG_USED;
    private static final int INDIRECT = GuestDriver.FLAG_INDIRECT;

    /** How the ring is laid out. */
    @Param({"SPLIT", "PACKED"})
    public RingFormat format;

    /** Where the chain's descriptors are. */
    @Param({"direct", "indirect"})
    public String table;

    private final GuestRam ram = new GuestRam(1 << 20, 1 << 20, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private final long header = ram.allocate(16, 16);
    private final long data = ram.allocate(DATA_LENGTH, DATA_LENGTH);
    private final long status = ram.allocate(1, 1);
    private final long tableAddress = ram.allocate(TABLE_LENGTH, 16);
    private final GuestDriver split = new GuestDriver(ram, SIZE, RingFeatures.SPLIT);
    private final PackedGuestDriver packed = new PackedGuestDriver(ram, SIZE, RingFeatures.ALL);

    /** Where the packed ring's next descriptor is, and what makes it available there. */
    private int slot;

    private int available = PackedGuestDriver.FLAG_AVAIL;
    private boolean isIndirect;
    private Virtqueue queue;

    @Setup
    public void open() {
        memory.add(ram.region(), ram.fd());
        isIndirect = table.equals("indirect");
        MemorySlice descriptors = ram.at(tableAddress, TABLE_LENGTH);
        queue =
                switch (format) {
                    case SPLIT -> {
                        putSplit(descriptors, 0);
                        yield RingFormat.open(memory, split.layout(), RingFeatures.SPLIT);
                    }
                    case PACKED -> {
                        PackedGuestDriver.putDescriptor(descriptors, 0, header, 16, 0, 0);
                        PackedGuestDriver.putDescriptor(
                                descriptors, 1, data, DATA_LENGTH, 0, WRITE);
                        PackedGuestDriver.putDescriptor(descriptors, 2, status, 1, 0, WRITE);
                        yield RingFormat.open(memory, packed.layout(), RingFeatures.ALL);
                    }
                };
    }

    private void putSplit(MemorySlice descriptors, int first) {
        GuestDriver.putDescriptor(descriptors, first, header, 16, NEXT, first + 1);
        GuestDriver.putDescriptor(
                descriptors, first + 1, data, DATA_LENGTH, NEXT | WRITE, first + 2);
        GuestDriver.putDescriptor(descriptors, first + 2, status, 1, WRITE, 0);
    }

    private void offerSplit(int id) {
        int head = 3 * id;
        if (isIndirect) {
            GuestDriver.putDescriptor(
                    split.descriptors(), head, tableAddress, TABLE_LENGTH, INDIRECT, 0);
        } else {
            putSplit(split.descriptors(), head);
        }
        split.publish(head);
    }

    private void offerPacked(int id) {
        if (isIndirect) {
            putPacked(0, tableAddress, TABLE_LENGTH, id, INDIRECT);
            advance(1);
        } else {
            putPacked(2, status, 1, id, WRITE);
            putPacked(1, data, DATA_LENGTH, id, NEXT | WRITE);
            putPacked(0, header, 16, id, NEXT);
            advance(3);
        }
    }

    private void putPacked(int ahead, long address, int length, int id, int flags) {
        int at = slot + ahead;
        int all = flags | (at < SIZE ? available : available ^ BOTH);
        PackedGuestDriver.putDescriptor(packed.ring(), at & SIZE - 1, address, length, id, all);
    }

    private void advance(int count) {
        slot += count;
        if (slot >= SIZE) {
            slot -= SIZE;
            available ^= BOTH;
        }
    }

    /** One request of a batch. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public boolean request() throws MalformedChainException {
        for (int id = 0; id < BATCH; id++) {
            if (format == RingFormat.SPLIT) {
                offerSplit(id);
            } else {
                offerPacked(id);
            }
        }
        for (int i = 0; i < BATCH; i++) {
            if (!queue.poll(chain)) {
                throw new IllegalStateException("the ring has lost a chain");
            }
            queue.push(chain.headIndex(), DATA_LENGTH + 1);
        }
        return queue.publish();
    }

    @TearDown
    public void close() {
        chain.close();
        memory.close();
        ram.close();
    }
}
