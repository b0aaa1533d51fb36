// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.block.BlockGuest.Pending;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a queue: started, enabled, drained, given up, and who is called when. */
final class BlockQueueTest {
    private static final byte[] NOTHING = {};

    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
    private BlockGuest guest;
    private BlockDevice device;

    @BeforeEach
    void start() {
        guest = BlockGuest.start(disk);
        device = guest.device();
        device.doWork();
        guest.isCalled();
    }

    @AfterEach
    void close() {
        guest.close();
        disk.close();
    }

    private Pending offerRead() {
        return guest.offer(BlockGuest.READ, 0, NOTHING, 512);
    }

    @Test
    void shouldCallOnceForABatch() {
        guest.driver().wantCallAfter(0);
        offerRead();
        offerRead();
        device.doWork();
        assertTrue(guest.isCalled());
        assertEquals(2, guest.counter("calls"));
        device.doWork();
        assertFalse(guest.isCalled());
    }

    @Test
    void shouldCallOnceAtTheStart() {
        device.stopQueue(0);
        guest.startQueue(0);
        device.doWork();
        assertTrue(guest.isCalled());
        device.doWork();
        assertFalse(guest.isCalled());
    }

    @Test
    void shouldTakeWhatWaitedBeforeTheStart() {
        device.stopQueue(0);
        Pending pending = offerRead();
        guest.startQueue(0, layoutBefore(1));
        device.doWork();
        assertEquals(pending.headIndex(), guest.takeUsed().headIndex());
    }

    private RingLayout layoutBefore(int count) {
        RingLayout now = guest.driver().layout();
        return new RingLayout(
                now.size(),
                now.descriptors(),
                now.availRing(),
                now.usedRing(),
                (now.base() - count) & 0xFFFF);
    }

    @Test
    void shouldCallThroughTheNewDescriptorOnceItIsReplaced() {
        try (EventFd second = new EventFd()) {
            device.replaceCall(0, second);
            device.doWork();
            assertTrue(second.drain());
            guest.driver().wantCallAfter(0);
            offerRead();
            device.doWork();
            assertTrue(second.drain());
            assertFalse(guest.isCalled());
        }
    }

    @Test
    void shouldServeAGuestThatPolls() {
        device.replaceCall(0, null);
        guest.driver().wantCallAfter(0);
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
        assertFalse(guest.isCalled());
    }

    @Test
    void shouldCallAGuestThatWaitsAlthoughItsUsedEventSaysOtherwise() {
        guest.driver().wantCallAfter(1000);
        offerRead();
        device.doWork();
        assertFalse(guest.isCalled());
        for (int i = 0; i < 64; i++) {
            device.doWork();
        }
        assertTrue(guest.isCalled());
    }

    @Test
    void shouldCallAWaitingGuestBeforeTheWorkerBlocks() {
        guest.driver().wantCallAfter(1000);
        offerRead();
        device.doWork();
        assertTrue(device.prepareToBlock());
        assertTrue(guest.isCalled());
    }

    @Test
    void shouldNotBlockWhileAChainWaits() {
        assertTrue(device.prepareToBlock());
        offerRead();
        assertTrue(guest.driver().isKickWanted());
        assertFalse(device.prepareToBlock());
        device.onWake();
        device.doWork();
        assertTrue(device.prepareToBlock());
    }

    @Test
    void shouldTakeNothingWhileDisabledAndLoseNothing() {
        device.enableQueue(0, false);
        offerRead();
        device.doWork();
        assertTrue(device.prepareToBlock());
        assertNull(guest.takeUsed());
        device.enableQueue(0, true);
        device.doWork();
        assertNotNull(guest.takeUsed());
    }

    @Test
    void shouldGoOnWithWhatIsInFlightWhenDisabled() {
        disk.hold();
        offerRead();
        device.doWork();
        device.enableQueue(0, false);
        disk.releaseAll();
        device.doWork();
        assertNotNull(guest.takeUsed());
    }

    @Test
    void shouldGiveChainsBackInTheOrderTheDiskEndsThem() {
        disk.hold();
        Pending first = offerRead();
        Pending second = offerRead();
        device.doWork();
        assertEquals(2, device.inFlight(0));
        disk.release(1);
        device.doWork();
        assertEquals(second.headIndex(), guest.takeUsed().headIndex());
        assertEquals(BlockGuest.NO_STATUS, guest.status(first));
        assertEquals(1, device.inFlight(0));
    }

    @Test
    void shouldDrainAStoppedQueueWithoutItsDutyCycle() {
        disk.hold();
        guest.driver().wantCallAfter(0);
        Pending pending = offerRead();
        device.doWork();
        device.stopQueue(0);
        offerRead();
        device.doWork();
        assertEquals(1, device.inFlight(0));
        disk.releaseAll();
        assertEquals(0, device.inFlight(0));
        assertEquals(new Used(pending.headIndex(), 513), guest.takeUsed());
        assertTrue(guest.isCalled());
        assertNull(guest.takeUsed());
    }

    @Test
    void shouldFailWhatCannotBeDrained() {
        disk.hold();
        guest.driver().wantCallAfter(0);
        Pending pending = offerRead();
        device.doWork();
        device.stopQueue(0);
        device.failInFlight(0);
        assertEquals(0, device.inFlight(0));
        assertEquals(0, disk.held().size());
        assertEquals(new Used(pending.headIndex(), 1), guest.takeUsed());
        assertEquals(BlockStatus.IO_ERROR, guest.status(pending));
        assertTrue(guest.isCalled());
        assertEquals(1, guest.counter("abandoned"));
    }

    @Test
    void shouldNotTouchTheGuestForWhatIsAbandoned() {
        disk.hold();
        Pending pending = offerRead();
        device.doWork();
        device.abandon(0);
        assertEquals(0, device.inFlight(0));
        assertEquals(0, disk.held().size());
        assertNull(guest.takeUsed());
        assertEquals(BlockGuest.NO_STATUS, guest.status(pending));
    }

    @Test
    void shouldStartAgainAfterAnAbandonedQueue() {
        disk.hold();
        offerRead();
        device.doWork();
        device.abandon(0);
        disk.releaseAll();
        guest.startQueue(0);
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
    }

    @Test
    void shouldEndTheRequestsOfAGoneFrontendAtOnce() {
        disk.hold();
        Pending pending = offerRead();
        device.doWork();
        device.detach();
        assertEquals(0, disk.held().size());
        guest.memory().close();
        assertEquals(0, guest.ram().serverMappings());
        assertEquals(BlockGuest.NO_STATUS, guest.status(pending));
        assertNull(guest.takeUsed());
    }

    @Test
    void shouldNotGoOnWithATransferOfAGoneFrontend() {
        disk.change(DiskProperties.ofCapacity(64 << 20, "big"));
        disk.hold();
        guest.offer(BlockGuest.READ, 0, NOTHING, DiskProperties.TRANSFER_MAX + 512);
        device.doWork();
        device.detach();
        assertEquals(1, disk.asked().size());
        assertEquals(0, disk.held().size());
    }

    @Test
    void shouldRefuseToStartARunningQueue() {
        assertThrows(IllegalStateException.class, () -> guest.startQueue(0));
    }

    @Test
    void shouldServeAQueueWhoseSizeIsOne() {
        try (MemoryDisk small = MemoryDisk.ofCapacity(4096);
                BlockGuest tiny =
                        new BlockGuest(small, 1 << 20, 1, BlockFeatures.of(small.properties()))) {
            tiny.startQueue(0);
            Pending pending = tiny.offer(BlockGuest.READ, 0, NOTHING, 512, 1, true);
            tiny.device().doWork();
            assertEquals(new Used(pending.headIndex(), 513), tiny.takeUsed());
        }
    }

    @Test
    void shouldServeALegacyDriver() {
        try (MemoryDisk small = MemoryDisk.ofCapacity(4096);
                BlockGuest legacy = new BlockGuest(small, 1 << 20, 8, 0)) {
            legacy.startQueue(0);
            assertEquals(BlockStatus.OK, legacy.write(1, new byte[512]).status());
            assertEquals(513, legacy.read(1, 512).usedLength());
            assertTrue(legacy.isCalled());
        }
    }

    @Test
    void shouldMakeEachWriteDurableForADriverThatCannotFlush() {
        device.acceptFeatures(BlockFeatures.of(disk.properties()) & ~noCache());
        guest.write(0, new byte[512]);
        guest.range(BlockGuest.WRITE_ZEROES, 0, 1, 0);
        guest.range(BlockGuest.DISCARD, 0, 1, 0);
        guest.read(0, 512);
        assertEquals(
                List.of(
                        BlockRequestKind.WRITE,
                        BlockRequestKind.FLUSH,
                        BlockRequestKind.WRITE_ZEROES,
                        BlockRequestKind.FLUSH,
                        BlockRequestKind.DISCARD,
                        BlockRequestKind.READ),
                disk.asked());
    }

    private static long noCache() {
        return BlockFeatures.FLUSH | BlockFeatures.CONFIG_WCE;
    }

    @Test
    void shouldMakeEachWriteDurableWhenTheDriverChoseWriteThrough() {
        try (NativeBuffer buffer = new NativeBuffer(1)) {
            device.writeConfig(32, buffer.slice());
            disk.hold();
            Pending pending = guest.offer(BlockGuest.WRITE, 0, new byte[512], 0);
            device.doWork();
            disk.release(0);
            device.doWork();
            assertNull(guest.takeUsed());
            disk.failNext(IoStatus.IO_ERROR);
            disk.release(0);
            device.doWork();
            assertEquals(new Used(pending.headIndex(), 1), guest.takeUsed());
            assertEquals(BlockStatus.IO_ERROR, guest.status(pending));
        }
    }

    /** The flush that follows a write of this length in write-through. */
    private BlockRequest flushAfterWriteOf(int length) {
        disk.change(DiskProperties.ofCapacity(64 << 20, "big"));
        try (NativeBuffer buffer = new NativeBuffer(1)) {
            device.writeConfig(32, buffer.slice());
        }
        disk.hold();
        guest.offer(BlockGuest.WRITE, 0, new byte[length], 0);
        device.doWork();
        while (disk.held().get(0).kind() != BlockRequestKind.FLUSH) {
            disk.held().remove(0).complete(IoStatus.OK);
        }
        return disk.held().get(0);
    }

    @Test
    void shouldVouchForTheWriteAloneInWriteThrough() {
        assertTrue(flushAfterWriteOf(4096).isForOneChange());
    }

    @Test
    void shouldVouchForAllPartsOfALongWriteInWriteThrough() {
        assertFalse(flushAfterWriteOf(DiskProperties.TRANSFER_MAX + 512).isForOneChange());
    }

    @Test
    void shouldLeaveFlushingToADriverThatCan() {
        guest.write(0, new byte[512]);
        assertEquals(List.of(BlockRequestKind.WRITE), disk.asked());
    }

    @Test
    void shouldNotFlushADiskWithoutACache() {
        disk.change(new DiskProperties(4096, 512, 512, 0, false, false, true, "durable"));
        device.acceptFeatures(device.offeredFeatures());
        guest.write(0, new byte[512]);
        assertEquals(List.of(BlockRequestKind.WRITE), disk.asked());
    }

    @Test
    void shouldPassOnWhatItCannotJudgeYet() {
        disk.change(new DiskProperties(0, 512, 512, 0, false, true, true, ""));
        disk.hold();
        offerRead();
        guest.offer(BlockGuest.DISCARD, 0, BlockGuest.rangeBytes(0, 8, 0), 0);
        device.doWork();
        assertEquals(2, disk.held().size());
        disk.change(DiskProperties.ofCapacity(1 << 20, "found"));
        disk.releaseAll();
        device.doWork();
        assertEquals(513, guest.takeUsed().length());
        assertEquals(1, guest.takeUsed().length());
    }

    @Test
    void shouldKeepWorkingOnRequestsWhenTheMemoryTableIsReplaced() {
        disk.hold();
        disk.content().putInt(0, 0x600d);
        Pending pending = offerRead();
        device.doWork();
        guest.memory().replace(List.of(guest.ram().region()), new int[] {guest.ram().fd()});
        disk.releaseAll();
        device.doWork();
        assertNotNull(guest.takeUsed());
        assertEquals(0x600d, guest.ram().at(pending.dataAddress(), 4).getInt(0));
        assertEquals(1, guest.ram().serverMappings());
    }
}
