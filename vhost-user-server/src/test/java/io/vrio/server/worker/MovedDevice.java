// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.protocol.VhostUserRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A fixture: a disk of the first of two workers, with its guest. */
final class MovedDevice implements AutoCloseable {
    static final SocketOptions OPTIONS = new SocketOptions(Optional.empty(), 1, false);

    /** Stands still but for what a test lets pass: no limit runs out on a slow machine. */
    private final AtomicLong nowNs = new AtomicLong();

    private final NanoClock clock = nowNs::get;
    final Worker first = new Worker("first", clock, 0);
    final Worker second = new Worker("second", clock, 0);
    final MovedDisk disk = new MovedDisk(1 << 20);
    final Path path;
    final DeviceSocket socket;
    final MovedGuest guest;

    MovedDevice(Path folder) {
        path = folder.resolve("disk0.sock");
        first.start();
        second.start();
        run(first, () -> disk.open(first));
        BlockDevice device = new BlockDevice("disk0", disk, 1);
        socket = DeviceSocket.open(first, "disk0", device, path, OPTIONS);
        guest = new MovedGuest(path);
    }

    static void run(Worker worker, Runnable command) {
        worker.call(
                () -> {
                    command.run();
                    return null;
                });
    }

    /** Waits for what another thread does, as long as the test may take. */
    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** To the second worker. */
    MoveOutcome move() {
        return socket.move(second, disk);
    }

    CompletableFuture<MoveOutcome> beginMove() {
        return CompletableFuture.supplyAsync(this::move);
    }

    void pass(long ns) {
        nowNs.addAndGet(ns);
    }

    /** A guest whose requests are under way, and not answered until {@link #unstick}. */
    void stick(int requests) {
        guest.start();
        disk.stick(true);
        guest.offer(requests);
        await(() -> first.call(disk::underWay) == requests);
    }

    void unstick() {
        disk.stick(false);
        run(first, () -> {});
    }

    /** Its frontend is heard. */
    void assertServed() {
        assertEquals(1, guest.frontend().getNumber(VhostUserRequest.GET_QUEUE_NUM));
    }

    @Override
    public void close() {
        disk.stick(false);
        socket.close();
        second.close();
        first.close();
        disk.close();
        guest.close();
    }
}
