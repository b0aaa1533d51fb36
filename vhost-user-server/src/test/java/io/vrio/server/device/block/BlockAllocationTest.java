// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.PackedGuestDriver;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A collector that runs in the middle of the data path is a pause for every guest. */
final class BlockAllocationTest {
    private static final int CYCLES = 20_000;
    private static final int CHAINS = 8;
    private static final int LENGTH = 4096;

    /** Limit: some noise, less than any object a cycle. */
    private static final long BYTES_MAX = CYCLES;

    /** What the guest asks for, and the counter of it. */
    private enum Kind {
        READ(BlockGuest.READ, "reads"),
        WRITE(BlockGuest.WRITE, "writes"),
        FLUSH(BlockGuest.FLUSH, "flushes");

        private final int type;
        private final String counter;

        Kind(int type, String counter) {
            this.type = type;
            this.counter = counter;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAllocateNothingPerRequest(Kind kind) {
        try (BlockGuest guest = BlockGuest.start(new InstantDisk())) {
            GuestDriver driver = guest.driver();
            int[] heads = new int[CHAINS];
            for (int i = 0; i < CHAINS; i++) {
                heads[i] = offer(guest, kind);
            }
            assertFrugal(
                    guest,
                    kind,
                    () -> {
                        for (int head : heads) {
                            driver.publish(head);
                        }
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAllocateNothingPerRequestInAPackedRing(Kind kind) {
        try (BlockGuest guest = BlockGuest.startPacked(new InstantDisk())) {
            PackedGuestDriver driver = (PackedGuestDriver) guest.ring();
            offer(guest, kind);
            MemorySlice first = driver.ring();
            long table = first.getLong(0);
            int length = first.getInt(8);
            assertFrugal(
                    guest,
                    kind,
                    () -> {
                        for (int i = 0; i < CHAINS; i++) {
                            driver.put(0, table, length, i, PackedGuestDriver.FLAG_INDIRECT);
                            driver.advance(1);
                        }
                    });
        }
    }

    private static int offer(BlockGuest guest, Kind kind) {
        byte[] out = new byte[kind == Kind.WRITE ? LENGTH : 0];
        int inLength = kind == Kind.READ ? LENGTH : 0;
        return guest.offer(kind.type, 0, out, inLength, 2, true).headIndex();
    }

    /**
     * @param offer offers the same chains again, without a fixture that allocates
     */
    private static void assertFrugal(BlockGuest guest, Kind kind, Runnable offer) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        guest.device().doWork();
        long served = guest.counter(kind.counter);
        run(guest, offer);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(guest, offer);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < BYTES_MAX, bytes + " bytes");
        assertEquals(served + 2L * CYCLES * CHAINS, guest.counter(kind.counter));
    }

    private static void run(BlockGuest guest, Runnable offer) {
        for (int i = 0; i < CYCLES; i++) {
            offer.run();
            guest.device().doWork();
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
