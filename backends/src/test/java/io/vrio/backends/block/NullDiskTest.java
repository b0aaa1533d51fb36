// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.IoStatus;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

final class NullDiskTest {
    @Test
    void shouldEndEverythingAndShowNobodysData() throws Exception {
        try (DiskDriver driver = new DiskDriver();
                BackendDisk disk =
                        BackendDisk.open(BackendSpec.parse("null:1T"), driver.context())) {
            driver.memory().fill(0, 1024, (byte) 1);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 1L << 39, 512));
            assertEquals(IoStatus.OK, driver.run(disk.port(), FLUSH, 0, 0));
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 1L << 39, 512));
            assertEquals(0, driver.memory().getLong(504));
            assertEquals(0x0101010101010101L, driver.memory().getLong(512));
        }
    }

    @Test
    void shouldCostTheWorkerCpuTimeWhereThatIsAsked() throws Exception {
        try (DiskDriver driver = new DiskDriver();
                BackendDisk disk =
                        BackendDisk.open(
                                BackendSpec.parse("null:1M,work=2000"), driver.context())) {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long startNs = threads.getCurrentThreadCpuTime();
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 512));
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE, 0, 512));
            assertTrue(threads.getCurrentThreadCpuTime() - startNs >= 4_000_000);
        }
    }

    @Test
    void shouldRefuseWhatEveryDiskRefuses() throws Exception {
        try (DiskDriver driver = new DiskDriver();
                BackendDisk disk =
                        BackendDisk.open(BackendSpec.parse("null:1M,readonly"), driver.context())) {
            assertEquals(IoStatus.READ_ONLY, driver.run(disk.port(), WRITE, 0, 512));
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, 1 << 20, 512));
        }
    }
}
