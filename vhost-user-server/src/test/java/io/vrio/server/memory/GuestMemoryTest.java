// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GuestMemoryTest {
    private static final long PAGE = 4096;
    private static final long LOW = 0x1000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;

    private final GuestRam low = new GuestRam(4 * PAGE, LOW, FRONTEND);
    private final GuestRam high = new GuestRam(4 * PAGE, LOW + 4 * PAGE, FRONTEND + 64 * PAGE);
    private final GuestMemory memory = new GuestMemory();
    private final SliceList list = new SliceList();
    private final MemorySlice window = new MemorySlice();

    @AfterEach
    void close() {
        memory.close();
        low.close();
        high.close();
    }

    @Test
    void shouldReachTheGuestsBytes() {
        memory.add(low.region(), low.fd());
        low.at(LOW + 8, 4).putInt(0, 0x76726f31);
        assertTrue(memory.translate(LOW + 8, 4, list));
        list.copyTo(0, high.slice(), 0, 4);
        assertEquals(0x76726f31, high.slice().getInt(0));
    }

    @Test
    void shouldKnowThatSealedMemoryCannotVanish() {
        int before = MemoryFaults.mappings();
        memory.add(low.region(), low.fd());
        assertEquals(before + 1, MemoryFaults.mappings());
        assertEquals(0, Linux.sealLength(high.fd()));
        memory.add(high.region(), high.fd());
        assertEquals(before + 1, MemoryFaults.mappings());
        memory.remove(high.region());
        memory.remove(low.region());
        assertEquals(before, MemoryFaults.mappings());
        assertThrows(ErrnoException.class, () -> high.cutOff(0));
    }

    @Test
    void shouldHonourTheOffsetInTheFile() {
        GuestRegion second = new GuestRegion(LOW, PAGE, FRONTEND, 3 * PAGE);
        memory.add(second, low.fd());
        low.slice().putInt(3 * PAGE, 77);
        assertTrue(memory.translateFrontend(FRONTEND, 4, window));
        assertEquals(77, window.getInt(0));
    }

    @Test
    void shouldCutARangeAtTheBorderOfRegions() {
        memory.add(high.region(), high.fd());
        memory.add(low.region(), low.fd());
        assertTrue(memory.translate(LOW + 4 * PAGE - 5, 8, list));
        assertEquals(2, list.count());
        assertEquals(5, list.length(0));
        assertEquals(3, list.length(1));
    }

    @Test
    void shouldRefuseARangeWithAHoleAndKeepTheList() {
        memory.add(low.region(), low.fd());
        assertTrue(memory.translate(LOW, 4, list));
        assertFalse(memory.translate(LOW + 4 * PAGE - 5, 8, list));
        assertFalse(memory.translate(LOW - 1, 2, list));
        assertEquals(1, list.count());
    }

    @Test
    void shouldRefuseARangeThatWrapsAround() {
        GuestRegion top = new GuestRegion(-PAGE, PAGE, FRONTEND, 0);
        memory.add(top, low.fd());
        memory.add(new GuestRegion(0, PAGE, FRONTEND + PAGE, 0), low.fd());
        assertTrue(memory.translate(-4, 4, list));
        assertFalse(memory.translate(-4, 8, list));
    }

    @Test
    void shouldAddNothingToAFullList() {
        memory.add(low.region(), low.fd());
        memory.add(high.region(), high.fd());
        MemorySlice piece = low.slice();
        for (int i = 0; i < SliceList.PIECES_MAX - 1; i++) {
            list.add(piece, 0, 1);
        }
        assertFalse(memory.translate(LOW + 4 * PAGE - 5, 8, list));
        assertTrue(memory.translate(LOW, 1, list));
        assertFalse(memory.translate(LOW, 1, list));
    }

    @Test
    void shouldFindFrontendMemoryInsideOneRegionOnly() {
        memory.add(low.region(), low.fd());
        memory.add(high.region(), high.fd());
        assertTrue(memory.translateFrontend(FRONTEND + 4 * PAGE - 4, 4, window));
        assertFalse(memory.translateFrontend(FRONTEND + 4 * PAGE - 4, 5, window));
        assertFalse(memory.translateFrontend(FRONTEND - 1, 1, window));
        assertFalse(memory.translateFrontend(FRONTEND + 1, Long.MAX_VALUE, window));
        assertEquals(4, window.length());
    }

    @Test
    void shouldRefuseARegionThatReachesPastItsFile() {
        assertRefused(new GuestRegion(LOW, 4 * PAGE, FRONTEND, PAGE), "past the end of its file");
        assertRefused(new GuestRegion(LOW, 5 * PAGE, FRONTEND, 0), "past the end of its file");
    }

    @Test
    void shouldRefuseARegionThatWrapsAround() {
        assertRefused(new GuestRegion(-PAGE, 2 * PAGE, FRONTEND, 0), "guest addresses wrap");
        assertRefused(new GuestRegion(LOW, 2 * PAGE, -PAGE, 0), "frontend addresses wrap");
        assertRefused(new GuestRegion(LOW, PAGE, FRONTEND, -PAGE), "file range wraps");
        assertRefused(new GuestRegion(LOW, Long.MAX_VALUE, FRONTEND, PAGE), "file range wraps");
    }

    @Test
    void shouldRefuseARegionWithoutBytes() {
        assertRefused(new GuestRegion(LOW, 0, FRONTEND, 0), "size is not positive");
        assertRefused(new GuestRegion(LOW, -PAGE, FRONTEND, 0), "size is not positive");
    }

    @Test
    void shouldRefuseRegionsThatOverlap() {
        memory.add(low.region(), low.fd());
        assertRefused(
                new GuestRegion(LOW + 3 * PAGE, 2 * PAGE, FRONTEND + 99 * PAGE, 0), "overlaps");
        assertRefused(new GuestRegion(LOW - PAGE, 2 * PAGE, FRONTEND + 99 * PAGE, 0), "overlaps");
    }

    @Test
    void shouldRefuseADescriptorThatIsNoFile() {
        RegionRefusedException refused =
                assertThrows(
                        RegionRefusedException.class, () -> memory.add(low.region(), 1_000_000));
        assertTrue(refused.getMessage().contains("Bad file descriptor"), refused.getMessage());
    }

    private void assertRefused(GuestRegion region, String reason) {
        int count = memory.count();
        RegionRefusedException refused =
                assertThrows(RegionRefusedException.class, () -> memory.add(region, low.fd()));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        assertEquals(count, memory.count());
    }

    @Test
    void shouldKeepTheTableWhenAReplacementIsRefused() {
        memory.add(low.region(), low.fd());
        int generation = memory.generation();
        GuestRegion tooLong = new GuestRegion(0, 99 * PAGE, 0, 0);
        assertThrows(
                RegionRefusedException.class,
                () ->
                        memory.replace(
                                List.of(high.region(), tooLong), new int[] {high.fd(), low.fd()}));
        assertEquals(generation, memory.generation());
        assertTrue(memory.translate(LOW, 1, list));
        assertEquals(1, low.serverMappings() + high.serverMappings());
    }

    /** As QEMU does for each queue pair of a NIC, which then had no memory and no traffic. */
    @Test
    void shouldTakeARegionThatIsAddedAndRemovedAgain() {
        memory.add(low.region(), low.fd());
        memory.add(low.region(), low.fd());
        assertEquals(1, memory.count());
        assertTrue(memory.translate(LOW, 1, list));
        assertEquals(1, low.serverMappings() + high.serverMappings());

        memory.remove(low.region());
        memory.remove(low.region());
        assertEquals(0, memory.count());
        assertEquals(0, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldRemoveTheRegionWithTheSameAddresses() {
        memory.add(low.region(), low.fd());
        memory.remove(new GuestRegion(LOW, PAGE, FRONTEND, 0));
        assertEquals(1, memory.count());
        memory.remove(low.region());
        assertEquals(0, memory.count());
        assertFalse(memory.translate(LOW, 1, list));
        assertEquals(0, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldTellByItsGenerationThatItChanged() {
        int generation = memory.generation();
        memory.add(low.region(), low.fd());
        assertNotEquals(generation, memory.generation());
    }

    @Test
    void shouldKeepReplacedMemoryMappedUntilTheLastLeaseEnds() {
        memory.add(low.region(), low.fd());
        MemoryLease first = memory.acquire();
        MemoryLease second = memory.acquire();
        memory.translate(LOW, 4, list);
        memory.replace(List.of(high.region()), new int[] {high.fd()});
        first.release();
        list.putByte(0, (byte) 42);
        assertEquals(42, low.slice().getByte(0));
        assertEquals(2, low.serverMappings() + high.serverMappings());
        second.release();
        assertEquals(1, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldKeepWhatAnOlderTableStillUses() {
        memory.add(low.region(), low.fd());
        MemoryLease early = memory.acquire();
        memory.add(high.region(), high.fd());
        MemoryLease late = memory.acquire();
        memory.remove(low.region());
        late.release();
        assertEquals(2, low.serverMappings() + high.serverMappings());
        early.release();
        assertEquals(1, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldOutliveItsOwnerWhileLeased() {
        memory.add(low.region(), low.fd());
        MemoryLease lease = memory.acquire();
        memory.translate(LOW, 4, list);
        memory.close();
        list.putByte(0, (byte) 7);
        assertEquals(7, low.slice().getByte(0));
        lease.release();
        assertEquals(0, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldRefuseToReleaseTwice() {
        MemoryLease lease = memory.acquire();
        lease.release();
        assertThrows(IllegalStateException.class, lease::release);
    }

    @Test
    void shouldHaveRoomForAllSlotsAndNoMore() {
        for (int i = 0; i < GuestMemory.SLOTS_MAX; i++) {
            memory.add(new GuestRegion(LOW + i * PAGE, PAGE, FRONTEND + i * PAGE, 0), low.fd());
        }
        assertTrue(memory.translate(LOW + 508 * PAGE, (int) PAGE, list));
        assertRefused(new GuestRegion(0, PAGE, 0, 0), "more than 509 memory regions");
    }

    @Test
    void shouldRefuseToCollectRemovedRegionsWithoutBound() {
        memory.add(low.region(), low.fd());
        MemoryLease lease = memory.acquire();
        int refusals = 0;
        for (int i = 0; i < 2000; i++) {
            try {
                memory.replace(List.of(low.region()), new int[] {low.fd()});
            } catch (RegionRefusedException e) {
                refusals++;
            }
        }
        assertTrue(refusals > 900, refusals + " refusals");
        lease.release();
        memory.replace(List.of(low.region()), new int[] {low.fd()});
        assertEquals(1, low.serverMappings() + high.serverMappings());
    }

    @Test
    void shouldTellThatAFileWasCutOff() {
        memory.add(low.region(), low.fd());
        memory.add(high.region(), high.fd());
        assertTrue(memory.isBacked());
        high.cutOff(3 * PAGE);
        assertFalse(memory.isBacked());
    }
}
