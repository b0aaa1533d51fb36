// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of a packed ring cost no garbage, whether or not what is in flight is noted. */
final class PackedAllocationTest {
    private static final int SIZE = 12;
    private static final int CYCLES = 20_000;

    /** Limit: some noise, less than any object a cycle. */
    private static final long BYTES_MAX = CYCLES;

    private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
    private final GuestRam kept = new GuestRam(4096, 0, 0);
    private final GuestMemory memory = new GuestMemory();
    private final DescriptorChain chain = new DescriptorChain();
    private final PackedGuestDriver driver = new PackedGuestDriver(ram, SIZE, RingFeatures.ALL);
    private long table;

    @BeforeEach
    void open() {
        memory.add(ram.region(), ram.fd());
        table = ram.allocate(32, 16);
        MemorySlice descriptors = ram.at(table, 32);
        PackedGuestDriver.putDescriptor(descriptors, 0, 0x100, 16, 0, 0);
        PackedGuestDriver.putDescriptor(
                descriptors, 1, 0x200, 512, 0, PackedGuestDriver.FLAG_WRITE);
    }

    @AfterEach
    void close() {
        chain.close();
        memory.close();
        kept.close();
        ram.close();
    }

    private PackedVirtqueue serve(boolean isKept) {
        MemorySlice log = kept.slice().slice(0, PackedInFlightLog.length(SIZE));
        return isKept
                ? new PackedVirtqueue(
                        memory, driver.layout(), RingFeatures.ALL, new PackedInFlightLog(log, SIZE))
                : new PackedVirtqueue(memory, driver.layout(), RingFeatures.ALL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAllocateNothingPerChain(boolean isKept) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PackedVirtqueue queue = serve(isKept);
        run(queue);
        long before = threads.getCurrentThreadAllocatedBytes();
        int taken = run(queue);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < BYTES_MAX, bytes + " bytes");
        assertEquals(3 * CYCLES, taken);
    }

    /** Three chains at a time, one in a table; without a fixture that allocates. */
    private int run(PackedVirtqueue queue) throws MalformedChainException {
        int taken = 0;
        for (int i = 0; i < CYCLES; i++) {
            driver.put(0, table, 32, 3, PackedGuestDriver.FLAG_INDIRECT);
            driver.put(2, 0x200, 8, 5, PackedGuestDriver.FLAG_WRITE);
            driver.put(1, 0x100, 8, 0, PackedGuestDriver.FLAG_NEXT);
            driver.put(3, 0x300, 8, 4, 0);
            driver.advance(4);
            taken += serveAll(queue);
        }
        return taken;
    }

    private int serveAll(PackedVirtqueue queue) throws MalformedChainException {
        int taken = 0;
        queue.suppressKicks();
        while (queue.poll(chain)) {
            queue.push(chain.headIndex(), 1);
            taken++;
        }
        queue.publish();
        queue.isIdleCallDue();
        queue.requestKicks();
        return taken;
    }
}
