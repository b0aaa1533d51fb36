// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.server.virtqueue.GuestDriver;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A collector that runs in the middle of the data path is a pause for every guest. */
final class BlockAllocationTest {
    private static final int CYCLES = 20_000;
    private static final int CHAINS = 8;

    /** Limit: what MemoryFaults.raisePending leaves behind in each cycle, and some noise. */
    private static final long BYTES_PER_CYCLE_MAX = 32;

    @Test
    void shouldAllocateNothingPerRequest() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BlockGuest guest = BlockGuest.start(new InstantDisk())) {
            for (int i = 0; i < CHAINS; i++) {
                guest.offer(BlockGuest.READ, 0, new byte[0], 4096, 2, false);
            }
            run(guest, CYCLES);
            long before = threads.getCurrentThreadAllocatedBytes();
            run(guest, CYCLES);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < CYCLES * BYTES_PER_CYCLE_MAX, bytes + " bytes");
        }
    }

    /** Offers the same chains again and again, without a fixture that allocates. */
    private static void run(BlockGuest guest, int cycles) {
        GuestDriver driver = guest.driver();
        for (int i = 0; i < cycles; i++) {
            guest.device().doWork();
            for (int chain = 0; chain < CHAINS; chain++) {
                driver.publish(chain * 4);
            }
        }
    }

    /** Ends everything at once and moves nothing. */
    private static final class InstantDisk implements BlockDisk {
        @Override
        public DiskProperties properties() {
            return DiskProperties.ofCapacity(1 << 20, "instant");
        }

        @Override
        public BlockPort port() {
            return request -> request.complete(IoStatus.OK);
        }

        @Override
        public void onPropertiesChange(Runnable listener) {}

        @Override
        public void abandonRequests() {}

        @Override
        public void close() {}
    }
}
