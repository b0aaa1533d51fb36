// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a guest hears of when the I/O host has lost writes that were acknowledged, not flushed. */
final class LostWritesTest {
    private static final long STEP_NS = 10_000;
    private static final int SECTOR = 512;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock,
                    new MemoryLink.Options(1500, Segmentation.CUT, 1024),
                    new SimulatedDisk(64 << 10, clock, 0, 1),
                    1);
    private final RemoteDisk disk = network.peer().openDisk("disk");
    private final NativeBuffer data = new NativeBuffer(SECTOR);

    private static final class Pending {
        private final BlockRequest request = new BlockRequest();
        private IoStatus status;
    }

    @AfterEach
    void close() {
        network.close();
        data.close();
    }

    private Pending submit(BlockRequestKind kind) {
        Pending pending = new Pending();
        long length = kind.hasRange() ? SECTOR : 0;
        pending.request.begin(kind, 0, length, (request, status) -> pending.status = status);
        pending.request.data().add(data.slice(), 0, (int) length);
        disk.submit(pending.request);
        return pending;
    }

    private IoStatus await(Pending pending) {
        for (int i = 0; i < 1_000_000 && pending.status == null; i++) {
            network.step(STEP_NS);
        }
        return pending.status;
    }

    private IoStatus run(BlockRequestKind kind) {
        return await(submit(kind));
    }

    /** The I/O host crashes, and the server has met it again. */
    private void crash() {
        network.crashHost();
        assertEquals(IoStatus.OK, run(READ));
    }

    @Test
    void shouldFailTheFlushAfterAWriteWasLost() {
        assertEquals(IoStatus.OK, run(WRITE));
        crash();
        assertEquals(IoStatus.IO_ERROR, run(FLUSH));
        assertEquals(IoStatus.IO_ERROR, run(FLUSH), "the guest may have begun it before");
        clock.advance(LossNotice.TELLING_NS);
        assertEquals(IoStatus.OK, run(FLUSH));
    }

    @Test
    void shouldNotTakeTheFailureOfAnOlderFlushForTheNews() {
        assertEquals(IoStatus.OK, run(WRITE));
        // Begun before the crash: for the guest perhaps even before the write had ended.
        Pending older = submit(FLUSH);
        Pending another = submit(FLUSH);
        assertNull(older.status);
        network.crashHost();
        assertEquals(IoStatus.IO_ERROR, await(older));
        assertEquals(IoStatus.IO_ERROR, await(another));
        assertEquals(IoStatus.IO_ERROR, run(FLUSH));
        assertEquals(IoStatus.IO_ERROR, run(FLUSH), "the guest may have begun it before");
        clock.advance(LossNotice.TELLING_NS);
        assertEquals(IoStatus.OK, run(FLUSH));
    }

    @Test
    void shouldFailTheFlushAlsoForWritesOfAnEarlierLifeOfTheServer() {
        // This life has written nothing, but its guest may have read what an earlier one wrote.
        assertEquals(IoStatus.OK, run(READ));
        crash();
        assertEquals(IoStatus.IO_ERROR, run(FLUSH));
        assertEquals(IoStatus.IO_ERROR, run(FLUSH), "the guest may have begun it before");
        clock.advance(LossNotice.TELLING_NS);
        assertEquals(IoStatus.OK, run(FLUSH));
    }

    @Test
    void shouldNotBotherAGuestThatHadFlushed() {
        assertEquals(IoStatus.OK, run(WRITE));
        assertEquals(IoStatus.OK, run(FLUSH));
        crash();
        assertEquals(IoStatus.OK, run(FLUSH));
    }
}
