// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.protocol.VhostUserRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device that has had nothing to do for a while misses nothing that comes for it. */
@Timeout(60)
final class RestingDeviceTest {
    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(1), false);

    @TempDir Path folder;

    private final Worker worker = new Worker("test", NanoClock.SYSTEM, 0);
    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
    private final Pace pace = new Pace();
    private DeviceSocket socket;
    private MovedGuest guest;

    /** Keeps the worker from blocking while that is wanted, and counts its duty cycles. */
    private static final class Pace implements Agent {
        private volatile boolean isBusy;
        private volatile long cycles;
        private volatile long blocks;

        @Override
        public String name() {
            return "pace";
        }

        @Override
        public int doWork() {
            cycles++;
            return isBusy ? 1 : 0;
        }

        @Override
        public boolean prepareToBlock() {
            blocks++;
            return true;
        }
    }

    @BeforeEach
    void start() {
        worker.add(pace);
        worker.start();
        Path path = folder.resolve("disk0.sock");
        BlockDevice device = new BlockDevice("disk0", disk, 1);
        socket = DeviceSocket.open(worker, "disk0", device, path, OPTIONS);
        guest = new MovedGuest(path);
        guest.start();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
    }

    @AfterEach
    void stop() {
        socket.close();
        worker.close();
        disk.close();
        guest.close();
    }

    /** Waits for what another thread does, as long as the test may take. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** The worker goes on without work of the device until that is at rest. */
    private void rest() {
        pace.isBusy = true;
        worker.call(() -> null);
        long from = pace.cycles;
        await(() -> pace.cycles - from > 4 * RestingAgent.LOOKS);
        // The worker does not block, so only a device at rest waits for a kick.
        assertTrue(guest.isKickAwaited(), "it does not rest");
    }

    /** Then the worker blocks, so often. */
    private void block(int times) {
        pace.isBusy = false;
        for (int i = 0; i < times; i++) {
            long from = pace.blocks;
            worker.call(() -> null);
            await(() -> pace.blocks > from);
        }
    }

    private void assertServed() {
        int before = guest.ended();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(before + MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldBeWokenByItsGuestWhileTheWorkerIsBusy() {
        rest();
        assertServed();
    }

    @Test
    void shouldBeWokenByItsGuest() {
        rest();
        block(1);
        assertServed();
    }

    @Test
    void shouldBeWokenByItsGuestWhenTheWorkerHasBeenAwakeMeanwhile() {
        rest();
        block(3);
        assertServed();
        rest();
        assertServed();
        rest();
        block(2);
        assertServed();
    }

    @Test
    void shouldAnswerItsFrontend() {
        rest();
        block(1);
        assertEquals(1, guest.frontend().getNumber(VhostUserRequest.GET_QUEUE_NUM));
        assertServed();
    }

    @Test
    void shouldGiveItsVringBack() {
        rest();
        block(1);
        assertEquals(guest.ended(), guest.frontend().getVringBase(0));
    }
}
