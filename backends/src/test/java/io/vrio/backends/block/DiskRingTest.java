// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.IoQueue;
import io.vrio.common.sys.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a worker and its disks get an io_uring, and what becomes of it where there is none. */
@Timeout(60)
final class DiskRingTest {
    private static final int BLOCK = 4096;

    @TempDir Path folder;

    private FileSpec spec(String options) throws Exception {
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[16 * BLOCK]);
        return (FileSpec) BackendSpec.parse("file:" + image + options);
    }

    private static IoQueue refuse(int entries, EventFd announcer) {
        throw new ErrnoException("io_uring_setup", Linux.EPERM);
    }

    @Test
    void shouldUseThreadsWhereThereIsNoRing() throws Exception {
        try (DiskDriver driver = new DiskDriver(DiskRingTest::refuse);
                FileDisk disk = FileDisk.open(spec(",direct"), driver.context())) {
            assertEquals(IoStatus.OK, driver.run(disk.port(), BlockRequestKind.READ, 0, 4 * BLOCK));
        }
    }

    @Test
    void shouldRefuseADiskThatMustHaveARing() throws Exception {
        try (DiskDriver driver = new DiskDriver(DiskRingTest::refuse)) {
            FileSpec spec = spec(",direct,io=uring");
            String line =
                    assertThrows(
                                    BackendException.class,
                                    () -> FileDisk.open(spec, driver.context()))
                            .getMessage();
            assertEquals(
                    spec.path()
                            + ": no io_uring: io_uring_setup: Operation not permitted (EPERM); see"
                            + " sysctl kernel.io_uring_disabled, or a seccomp filter; leave"
                            + " io=uring out",
                    line);
        }
    }

    @Test
    void shouldWakeItsWorkerWhenARequestHasEnded() throws Exception {
        // Never spins: it blocks between any two requests.
        try (Worker worker = new Worker("ringed", NanoClock.SYSTEM, 0);
                NativeBuffer memory = new NativeBuffer(2 * BLOCK)) {
            DiskWorker diskWorker = DiskWorker.of(worker);
            assumeTrue(diskWorker.ring().problem() == null, diskWorker.ring().problem());
            DiskContext context = new DiskContext("disk", "seed", diskWorker);
            FileDisk disk = FileDisk.open(spec(",direct,io=uring"), context);
            worker.start();
            long at = -memory.slice().address(0, BLOCK) & (BLOCK - 1);
            for (int i = 0; i < 100; i++) {
                CompletableFuture<IoStatus> end = new CompletableFuture<>();
                BlockRequest read = new BlockRequest();
                read.begin(
                        BlockRequestKind.READ, 0, BLOCK, (request, status) -> end.complete(status));
                read.data().add(memory.slice(), at, BLOCK);
                worker.execute(() -> disk.port().submit(read));
                assertEquals(IoStatus.OK, end.get(20, TimeUnit.SECONDS));
            }
            worker.call(
                    () -> {
                        disk.close();
                        return null;
                    });
        }
    }

    @Test
    void shouldTellOnceWhyThereIsNoRing() {
        int[] attempts = new int[1];
        DiskRing ring =
                new DiskRing(
                        (entries, announcer) -> {
                            attempts[0]++;
                            return refuse(entries, announcer);
                        },
                        event -> {});
        assertTrue(ring.problem().contains("EPERM"));
        assertTrue(ring.problem().contains("EPERM"));
        assertEquals(1, attempts[0]);
        assertEquals(0, ring.doWork());
        assertTrue(ring.prepareToBlock());
        ring.close();
    }
}
