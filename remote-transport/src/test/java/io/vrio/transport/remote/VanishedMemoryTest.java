// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest takes away the memory of a write that is under way; another guest writes beside it. */
@Timeout(60)
final class VanishedMemoryTest {
    /** Whole sectors of which a piece of a few bytes is left for the last super-frame. */
    private static final int LENGTH = 511 * 512;

    private static final int MAPPED = 256 << 10;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final long STEP_NS = 100_000;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedDisk disk = new SimulatedDisk(1 << 20, clock, 0, 1);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock, new MemoryLink.Options(1500, Segmentation.CUT, 4096), disk, 1);
    private final NativeBuffer good = new NativeBuffer(4096);
    private final RemoteDisk remote = network.peer().openDisk("disk");
    private int fd;
    private MemorySlice shared;
    private IoStatus sharedStatus;
    private IoStatus goodStatus;

    @BeforeEach
    void map() {
        fd = Linux.check(Linux.memfdCreate("guest"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, MAPPED), "ftruncate");
        shared =
                new MemorySlice(
                        Linux.check(Linux.mmap(0, MAPPED, READ_WRITE, MAP_SHARED, fd, 0), "mmap"),
                        MAPPED);
        MemoryFaults.onMapped();
        steps(200);
    }

    @AfterEach
    void unmap() {
        network.close();
        good.close();
        Linux.munmap(shared.address(0, MAPPED), MAPPED);
        MemoryFaults.onUnmapped();
        Linux.close(fd);
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            network.step(STEP_NS);
        }
    }

    private void writeBoth() {
        BlockRequest lost = new BlockRequest();
        lost.begin(BlockRequestKind.WRITE, 0, LENGTH, (r, status) -> sharedStatus = status);
        lost.data().add(shared, 0, LENGTH);
        remote.submit(lost);
        BlockRequest kept = new BlockRequest();
        good.slice().putLong(0, 4711);
        kept.begin(BlockRequestKind.WRITE, 512 << 10, 4096, (r, status) -> goodStatus = status);
        kept.data().add(good.slice(), 0, 4096);
        remote.submit(kept);
    }

    @Test
    void shouldNotHoldUpOtherGuestsWhenMemoryVanishesBeforeItIsSent() {
        writeBoth();
        Linux.check(Linux.ftruncate(fd, 0), "ftruncate");
        steps(200);
        assertEquals(IoStatus.OK, goodStatus);
        assertEquals(4711, disk.value(512 << 10));
    }

    @Test
    void shouldFailTheWriteWhoseMemoryHasVanished() {
        writeBoth();
        Linux.check(Linux.ftruncate(fd, 128 << 10), "ftruncate");
        steps(200);
        assertEquals(IoStatus.IO_ERROR, sharedStatus);
        assertEquals(PeerState.ESTABLISHED, network.peer().status().state());
    }

    @Test
    void shouldFailNothingWhenTheMemoryIsThere() {
        writeBoth();
        steps(200);
        assertEquals(IoStatus.OK, sharedStatus);
        assertEquals(IoStatus.OK, goodStatus);
    }
}
