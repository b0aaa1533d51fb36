// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static io.vrio.common.io.BlockRequestKind.DISCARD;
import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RamDiskTest {
    private static final int MIB = 1 << 20;

    private final DiskDriver driver = new DiskDriver();

    @AfterEach
    void free() {
        driver.close();
    }

    private BackendDisk open(String spec) throws BackendException {
        return BackendDisk.open(BackendSpec.parse(spec), driver.context());
    }

    @Test
    void shouldReadBackWhatWasWrittenInPieces() throws Exception {
        try (BackendDisk disk = open("ram:1M")) {
            driver.memory().putLong(504, 42);
            driver.memory().putLong(4096, 43);
            BlockRequest write = new BlockRequest();
            write.begin(WRITE, 512, 1024, driver);
            write.data().add(driver.memory(), 0, 512);
            write.data().add(driver.memory(), 4096, 512);
            assertEquals(IoStatus.OK, driver.run(disk.port(), write));
            assertEquals(IoStatus.OK, driver.run(disk.port(), READ, 0, 2048));
            assertEquals(0, driver.memory().getLong(504));
            assertEquals(42, driver.memory().getLong(512 + 504));
            assertEquals(43, driver.memory().getLong(1024));
        }
    }

    @Test
    void shouldTakeMemoryWhenWrittenAndGiveItBackWhenDiscarded() throws Exception {
        try (BackendDisk disk = open("ram:64M")) {
            assertEquals(0, disk.allocatedLength());
            driver.memory().fill(0, 4 * MIB, (byte) 1);
            driver.run(disk.port(), WRITE, 0, 4 * MIB);
            assertEquals(4 * MIB, disk.allocatedLength());
            assertEquals(IoStatus.OK, driver.run(disk.port(), DISCARD, 0, 64 * MIB));
            assertEquals(0, disk.allocatedLength());
        }
    }

    @Test
    void shouldZeroExactlyTheRange() throws Exception {
        try (BackendDisk disk = open("ram:1M")) {
            driver.memory().fill(0, 16384, (byte) 1);
            driver.run(disk.port(), WRITE, 0, 16384);
            assertEquals(IoStatus.OK, driver.run(disk.port(), WRITE_ZEROES, 512, 8192));
            driver.run(disk.port(), READ, 0, 16384);
            assertEquals(0x0101010101010101L, driver.memory().getLong(504));
            assertEquals(0, driver.memory().getLong(512));
            assertEquals(0, driver.memory().getLong(8696));
            assertEquals(0x0101010101010101L, driver.memory().getLong(8704));
        }
    }

    @Test
    void shouldFlushAtOnce() throws Exception {
        try (BackendDisk disk = open("ram:1M")) {
            BlockRequest flush = driver.request(FLUSH, 0, 0);
            disk.port().submit(flush);
            assertTrue(driver.hasEnded(flush));
        }
    }

    @Test
    void shouldRefuseWhatReachesPastTheEnd() throws Exception {
        try (BackendDisk disk = open("ram:1M")) {
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), WRITE, MIB - 512, 1024));
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, MIB, 512));
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, Long.MIN_VALUE, 512));
        }
    }

    @Test
    void shouldKeepItsDataWhenItGrows() throws Exception {
        try (BackendDisk disk = open("ram:1M")) {
            driver.memory().fill(0, 512, (byte) 1);
            driver.run(disk.port(), WRITE, MIB - 512, 512);
            disk.resize(8 * MIB, false);
            driver.run(disk.port(), READ, MIB - 512, 1024);
            assertEquals(0x0101010101010101L, driver.memory().getLong(504));
            assertEquals(0, driver.memory().getLong(512));
        }
    }

    @Test
    void shouldForgetWhatWasBehindASmallerEnd() throws Exception {
        try (BackendDisk disk = open("ram:2M")) {
            driver.memory().fill(0, 512, (byte) 1);
            driver.run(disk.port(), WRITE, MIB, 512);
            disk.resize(MIB, true);
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(disk.port(), READ, MIB, 512));
            disk.resize(2 * MIB, false);
            driver.run(disk.port(), READ, MIB, 512);
            assertEquals(0, driver.memory().getLong(0));
        }
    }

    @Test
    void shouldRefuseMoreThanTheMachineHas() {
        String problem = assertThrows(BackendException.class, () -> open("ram:1024T")).getMessage();
        assertTrue(problem.contains("bytes of memory available; choose a smaller size"), problem);
    }

    @Test
    void shouldBeAnotherDiskEachTime() throws Exception {
        try (BackendDisk first = open("ram:1M");
                BackendDisk second = open("ram:1M")) {
            assertNotEquals(first.identity(), second.identity());
        }
    }

    @Test
    void shouldEndAbandonedRequestsOnce() throws Exception {
        try (BackendDisk disk = open("ram:64M")) {
            BlockRequest[] requests = new BlockRequest[20];
            for (int i = 0; i < requests.length; i++) {
                requests[i] = driver.request(DISCARD, 0, 64 * MIB);
                disk.port().submit(requests[i]);
            }
            disk.abandonRequests();
            for (BlockRequest request : requests) {
                assertTrue(driver.hasEnded(request));
                assertEquals(IoStatus.IO_ERROR, driver.await(request));
            }
            // What the lane had finished meanwhile must not end anything a second time.
            for (BlockRequest request : requests) {
                request.begin(DISCARD, 0, 64 * MIB, driver);
                assertEquals(IoStatus.OK, driver.run(disk.port(), request));
            }
        }
    }
}
