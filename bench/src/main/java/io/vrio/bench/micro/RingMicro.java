// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.PackedGuestDriver;
import io.vrio.server.virtqueue.PackedVirtqueue;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.SplitVirtqueue;
import io.vrio.server.virtqueue.Virtqueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A block request's chain (header, data, status) goes through a virtqueue: offered by the driver,
 * taken, walked and translated, pushed and published.
 */
@State(Scope.Thread)
public class RingMicro {
    private static final int SIZE = 256;
    private static final int HEADER_LENGTH = 16;
    private static final int DATA_LENGTH = 4096;
    private static final int TABLE_LENGTH = 3 * 16;

    /** How the ring is laid out. */
    @Param({"split", "packed"})
    public String format;

    /** Where the chain's descriptors are. */
    @Param({"direct", "indirect"})
    public String table;

    private final GuestRam ram = new GuestRam(1 << 20, 1 << 20, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private final long header = ram.allocate(HEADER_LENGTH, 16);
    private final long data = ram.allocate(DATA_LENGTH, DATA_LENGTH);
    private final long status = ram.allocate(1, 1);
    private Virtqueue queue;
    private Runnable offer;

    /** A ring with one chain, which is offered again and again. */
    @Setup
    public void open() throws MalformedChainException {
        memory.add(ram.region(), ram.fd());
        if (format.equals("split")) {
            openSplit();
        } else {
            openPacked();
        }
        request();
    }

    private void openSplit() {
        GuestDriver driver = new GuestDriver(ram, SIZE, RingFeatures.SPLIT);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT);
        int head = 0;
        if (table.equals("direct")) {
            putSplit(driver.descriptors());
        } else {
            long address = ram.allocate(TABLE_LENGTH, 16);
            putSplit(ram.at(address, TABLE_LENGTH));
            GuestDriver.putDescriptor(
                    driver.descriptors(),
                    head,
                    address,
                    TABLE_LENGTH,
                    GuestDriver.FLAG_INDIRECT,
                    0);
        }
        offer = () -> driver.publish(head);
    }

    private void putSplit(MemorySlice target) {
        int next = GuestDriver.FLAG_NEXT;
        int write = GuestDriver.FLAG_WRITE;
        GuestDriver.putDescriptor(target, 0, header, HEADER_LENGTH, next, 1);
        GuestDriver.putDescriptor(target, 1, data, DATA_LENGTH, next | write, 2);
        GuestDriver.putDescriptor(target, 2, status, 1, write, 0);
    }

    private void openPacked() {
        long features = RingFeatures.ALL;
        PackedGuestDriver driver = new PackedGuestDriver(ram, SIZE, features);
        queue = new PackedVirtqueue(memory, driver.layout(), features);
        int next = PackedGuestDriver.FLAG_NEXT;
        int write = PackedGuestDriver.FLAG_WRITE;
        if (table.equals("direct")) {
            // The head comes last: with its flags the whole chain is there.
            offer =
                    () -> {
                        driver.put(2, status, 1, 0, write);
                        driver.put(1, data, DATA_LENGTH, 0, next | write);
                        driver.put(0, header, HEADER_LENGTH, 0, next);
                        driver.advance(3);
                    };
        } else {
            long address = ram.allocate(TABLE_LENGTH, 16);
            MemorySlice target = ram.at(address, TABLE_LENGTH);
            PackedGuestDriver.putDescriptor(target, 0, header, HEADER_LENGTH, 0, 0);
            PackedGuestDriver.putDescriptor(target, 1, data, DATA_LENGTH, 0, write);
            PackedGuestDriver.putDescriptor(target, 2, status, 1, 0, write);
            offer =
                    () -> {
                        driver.put(0, address, TABLE_LENGTH, 0, PackedGuestDriver.FLAG_INDIRECT);
                        driver.advance(1);
                    };
        }
    }

    /** One request. */
    @Benchmark
    public boolean request() throws MalformedChainException {
        offer.run();
        if (!queue.poll(chain)) {
            throw new IllegalStateException("the ring has lost a chain");
        }
        queue.push(chain.headIndex(), DATA_LENGTH + 1);
        return queue.publish();
    }

    @TearDown
    public void close() {
        chain.close();
        memory.close();
        ram.close();
    }
}
