// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.QueueService;
import io.vrio.server.device.block.BlockGuest.Pending;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that breaks the rules hurts nobody but itself. */
final class BlockHostileGuestTest {
    private static final byte[] NOTHING = {};
    private static final long WRITE_BACK = BlockFeatures.FLUSH | BlockFeatures.CONFIG_WCE;

    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
    private final List<String> faults = new ArrayList<>();
    private BlockGuest guest;
    private BlockDevice device;

    @BeforeEach
    void start() {
        guest = BlockGuest.start(disk);
        device = guest.device();
        device.listen(
                new DeviceListener() {
                    @Override
                    public void onConfigChange() {}

                    @Override
                    public void onQueueFault(int index, String reason) {
                        faults.add(index + ": " + reason);
                    }
                });
    }

    @AfterEach
    void close() {
        guest.close();
        disk.close();
    }

    @Test
    void shouldGiveAMalformedChainBackAndGoOn() {
        Buffer outside = new Buffer(0, 16, false);
        int head = guest.driver().offer(List.of(outside, new Buffer(0, 1, true)));
        device.doWork();
        assertEquals(new Used(head, 0), guest.takeUsed());
        assertEquals(1, guest.counter("not_mapped"));
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
        assertEquals(List.of(), faults);
    }

    @Test
    void shouldStopAQueueWhoseRingIsBroken() {
        guest.driver().publish(4711);
        device.doWork();
        guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        device.doWork();
        assertNull(guest.takeUsed());
        assertEquals(List.of("0: A head index is not below the ring's size."), faults);
        assertEquals(1, guest.counter("head_out_of_range"));
        assertEquals(1, guest.counter("queue_faults"));
        assertTrue(device.prepareToBlock());
    }

    @Test
    void shouldServeAnotherQueueNextToABrokenOne() {
        GuestDriver second = new GuestDriver(guest.ram(), 8, BlockFeatures.of(disk.properties()));
        guest.startQueue(1, second.layout());
        guest.driver().publish(4711);
        int head = second.offer(List.of(new Buffer(0, 0, false)));
        device.doWork();
        assertEquals(new Used(head, 0), second.takeUsed());
    }

    @Test
    void shouldStartAgainWhatWasBroken() {
        guest.driver().publish(4711);
        device.doWork();
        device.stopQueue(0);
        guest.driver().reset();
        guest.startQueue(0);
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
    }

    @Test
    void shouldForgetInFlightRequestsOfABrokenQueueWhenTheyEnd() {
        disk.hold();
        Pending pending = guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        device.doWork();
        guest.driver().publish(4711);
        device.doWork();
        assertEquals(1, device.inFlight(0));
        disk.releaseAll();
        assertEquals(0, device.inFlight(0));
        assertEquals(BlockGuest.NO_STATUS, guest.status(pending));
        assertNull(guest.takeUsed());
    }

    @Test
    void shouldBoundTheWorkOfOneCycle() {
        int[] heads = new int[64];
        for (int i = 0; i < heads.length; i++) {
            heads[i] = guest.driver().offer(List.of(new Buffer(0, 1, true)));
        }
        assertTrue(device.doWork() <= 66);
    }

    @Test
    void shouldStopTheQueueWhenTheGuestsMemoryVanishes() {
        guest.ram().cutOff(0);
        workUntilFaultsAreRaised();
        assertEquals(1, faults.size());
        assertFalse(guest.memory().isBacked());
        assertNothingStaysMapped();
    }

    /**
     * In compiled code a ring that has vanished may look empty, and the fault is asked for then.
     */
    private void workUntilFaultsAreRaised() {
        // Twice: the first cycle has work to do, and quiet ones are counted from there.
        for (int cycle = 0; cycle < 2 * QueueService.QUIET_CYCLES_MAX; cycle++) {
            device.doWork();
        }
    }

    @Test
    void shouldStopTheQueueWhenAllButItsRingVanishes() {
        // The header, the table or the data of each: whatever is looked at first has gone.
        guest.ram().allocate(16384, 4096);
        guest.offer(BlockGuest.READ, 0, NOTHING, 512, 1, true);
        guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        guest.offer(BlockGuest.GET_ID, 0, NOTHING, 6);
        guest.ram().cutOff(8192);
        device.doWork();
        assertEquals(1, faults.size());
        assertNothingStaysMapped();
    }

    private void assertNothingStaysMapped() {
        assertEquals(0, device.inFlight(0));
        device.abandon(0);
        guest.memory().close();
        assertEquals(0, guest.ram().serverMappings());
    }

    @Test
    void shouldStopTheQueueWhenTheDataOfARequestVanishes() {
        disk.hold();
        guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        device.doWork();
        guest.ram().cutOff(0);
        disk.releaseAll();
        device.doWork();
        assertEquals(1, faults.size());
        assertNothingStaysMapped();
    }

    @Test
    void shouldGoOnWithWhatTheFaultOfAnotherGuestHasBrokenOff() {
        disk.breakAfterNext(new InternalError("the memory of another guest"));
        Pending first = guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        Pending second = guest.offer(BlockGuest.READ, 0, NOTHING, 512);
        device.doWork();
        device.doWork();
        assertEquals(List.of(), faults);
        assertEquals(BlockStatus.OK, guest.status(first));
        assertEquals(BlockStatus.OK, guest.status(second));
        assertEquals(0, device.inFlight(0));
    }

    @Test
    void shouldEndARequestThatTheFaultOfAnotherGuestHasBrokenOff() {
        // The second part of a request begins when the first has ended, long after.
        long features = BlockFeatures.of(disk.properties());
        guest.close();
        guest = new BlockGuest(disk, 1 << 20, 64, features & ~WRITE_BACK);
        guest.startQueue(0);
        disk.hold();
        Pending pending = guest.offer(BlockGuest.WRITE, 0, new byte[512], 0);
        guest.device().doWork();
        disk.breakAfterNext(new InternalError("the memory of another guest"));
        disk.releaseAll();
        guest.device().doWork();
        assertEquals(List.of(BlockRequestKind.WRITE, BlockRequestKind.FLUSH), disk.asked());
        assertEquals(BlockStatus.IO_ERROR, guest.status(pending));
        assertEquals(0, guest.device().inFlight(0));
    }

    @Test
    void shouldServeOthersWhenTheMemoryOfOneVanishes() {
        try (MemoryDisk otherDisk = MemoryDisk.ofCapacity(4096);
                BlockGuest other = BlockGuest.start(otherDisk)) {
            guest.ram().cutOff(0);
            device.doWork();
            assertEquals(BlockStatus.OK, other.read(0, 512).status());
            device.doWork();
            assertEquals(BlockStatus.OK, other.read(0, 512).status());
        }
    }
}
