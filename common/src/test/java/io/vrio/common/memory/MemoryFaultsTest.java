// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.sys.Linux;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MemoryFaultsTest {
    private static final int LENGTH = 16384;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    /** So many times that the accesses are compiled in every tier. */
    private static final int WARM = 30_000;

    private static final int FAULTS = 500;

    private final NativeBuffer own = new NativeBuffer(LENGTH);
    private int fd;
    private MemorySlice shared;
    private long loaded;

    @BeforeEach
    void map() {
        fd = Linux.check(Linux.memfdCreate("faults"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, LENGTH), "ftruncate");
        shared =
                new MemorySlice(
                        Linux.check(Linux.mmap(0, LENGTH, READ_WRITE, MAP_SHARED, fd, 0), "mmap"),
                        LENGTH);
        MemoryFaults.onMapped();
    }

    @AfterEach
    void unmap() {
        Linux.munmap(shared.address(0, LENGTH), LENGTH);
        MemoryFaults.onUnmapped();
        Linux.close(fd);
        own.close();
    }

    @Test
    void shouldBeQuietWhileTheMemoryIsThere() {
        shared.putLong(0, 1);
        assertDoesNotThrow(MemoryFaults::raisePending);
    }

    @Test
    void shouldRaiseEveryFaultOfALoad() {
        assertEquals(FAULTS, faults(memory -> loaded += memory.getLong(8)));
    }

    @Test
    void shouldRaiseEveryFaultOfAnOrderedLoad() {
        assertEquals(FAULTS, faults(memory -> loaded += memory.getShortAcquire(8)));
    }

    @Test
    void shouldRaiseEveryFaultOfAStore() {
        assertEquals(FAULTS, faults(memory -> memory.putShortRelease(8, (short) 1)));
    }

    @Test
    void shouldRaiseEveryFaultOfACopy() {
        assertEquals(FAULTS, faults(memory -> memory.copyTo(3, own.slice(), 0, 513)));
        assertEquals(FAULTS, faults(memory -> own.slice().copyTo(0, memory, 3, 513)));
    }

    @Test
    void shouldRaiseEveryFaultOfAFill() {
        assertEquals(FAULTS, faults(memory -> memory.fill(3, 9000, (byte) 1)));
    }

    @Test
    void shouldAskForFaultsOnlyWhileMemoryCanVanish() {
        int before = MemoryFaults.mappings();
        MemoryFaults.onMapped();
        assertEquals(before + 1, MemoryFaults.mappings());
        MemoryFaults.onUnmapped();
        assertEquals(before, MemoryFaults.mappings());
    }

    /** Of {@link #FAULTS} accesses to vanished memory, how many raised an error in time. */
    private int faults(Consumer<MemorySlice> access) {
        Linux.check(Linux.ftruncate(fd, LENGTH), "ftruncate");
        assertEquals(0, count(access, WARM));
        Linux.check(Linux.ftruncate(fd, 0), "ftruncate");
        return count(access, FAULTS);
    }

    private int count(Consumer<MemorySlice> access, int times) {
        int count = 0;
        for (int i = 0; i < times; i++) {
            try {
                access.accept(shared);
                MemoryFaults.raisePending();
            } catch (InternalError e) {
                count++;
            }
        }
        return count;
    }

    @Test
    void shouldLeaveNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        count(memory -> {}, WARM);
        long before = threads.getCurrentThreadAllocatedBytes();
        count(memory -> {}, WARM);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < WARM, bytes + " bytes");
    }

    @Test
    void shouldFillAnyLengthWithoutTouchingItsNeighbours() {
        MemorySlice memory = own.slice();
        memory.fill(0, LENGTH, (byte) 7);
        memory.fill(5, 9001, (byte) -2);
        assertEquals(7, memory.getByte(4));
        assertEquals(-2, memory.getByte(5));
        assertEquals(-2, memory.getByte(4101));
        assertEquals(-2, memory.getByte(9005));
        assertEquals(7, memory.getByte(9006));
    }

    @Test
    void shouldRefuseToFillBehindTheEnd() {
        assertThrows(IndexOutOfBoundsException.class, () -> shared.fill(LENGTH - 1, 2, (byte) 0));
    }
}
