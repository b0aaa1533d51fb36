// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.SplitVirtqueue;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A block request's chain (header, data, status) goes through a split virtqueue: offered by the
 * driver, taken, walked and translated, pushed and published.
 */
@State(Scope.Thread)
public class RingMicro {
    private static final int SIZE = 256;
    private static final int DATA_LENGTH = 4096;

    /** Where the chain's descriptors are. */
    @Param({"direct", "indirect"})
    public String table;

    private final GuestRam ram = new GuestRam(1 << 20, 1 << 20, 0x7000_0000_0000L);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private GuestDriver driver;
    private SplitVirtqueue queue;
    private int head;

    /** A ring with one chain, which is offered again and again. */
    @Setup
    public void open() throws MalformedChainException {
        memory.add(ram.region(), ram.fd());
        driver = new GuestDriver(ram, SIZE, RingFeatures.SPLIT);
        queue = new SplitVirtqueue(memory, driver.layout(), RingFeatures.SPLIT);
        List<Buffer> buffers =
                List.of(
                        new Buffer(ram.allocate(16, 16), 16, false),
                        new Buffer(ram.allocate(DATA_LENGTH, DATA_LENGTH), DATA_LENGTH, true),
                        new Buffer(ram.allocate(1, 1), 1, true));
        head = table.equals("indirect") ? driver.offerIndirect(buffers) : driver.offer(buffers);
        serve();
    }

    private boolean serve() throws MalformedChainException {
        if (!queue.poll(chain)) {
            throw new IllegalStateException("the ring has lost a chain");
        }
        queue.push(chain.headIndex(), DATA_LENGTH + 1);
        return queue.publish();
    }

    /** One request. */
    @Benchmark
    public boolean request() throws MalformedChainException {
        driver.publish(head);
        return serve();
    }

    @TearDown
    public void close() {
        chain.close();
        memory.close();
        ram.close();
    }
}
