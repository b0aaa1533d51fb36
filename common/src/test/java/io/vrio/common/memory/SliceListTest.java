// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SliceListTest {
    private final NativeBuffer buffer = new NativeBuffer(64);
    private final MemorySlice memory = buffer.slice();
    private final SliceList list = new SliceList();

    @AfterEach
    void free() {
        buffer.close();
    }

    @Test
    void shouldCopyAcrossPieces() {
        list.add(memory, 40, 4);
        list.add(memory, 8, 4);
        memory.putLong(0, 0x0807060504030201L);
        list.copyFrom(2, memory, 0, 6);
        assertEquals(0x02010000, memory.getInt(40));
        assertEquals(0x06050403, memory.getInt(8));
    }

    @Test
    void shouldCoverAPartOfAnotherList() {
        list.add(memory, 0, 10);
        list.add(memory, 20, 10);
        SliceList part = new SliceList();
        part.add(list, 5, 8);
        assertEquals(2, part.count());
        assertEquals(5, part.length(0));
        assertEquals(3, part.length(1));
        assertEquals(memory.address(20, 3), part.address(1));
    }

    @Test
    void shouldCopyBetweenListsWhateverTheirPieces() {
        memory.putLong(0, 0x0807060504030201L);
        list.add(memory, 1, 3);
        list.add(memory, 4, 4);
        SliceList target = new SliceList();
        target.add(memory, 20, 2);
        target.add(memory, 30, 4);
        target.add(memory, 40, 1);
        list.copyTo(1, target, 1, 6);
        assertEquals(0x0300, memory.getUnsignedShort(20));
        assertEquals(0x07060504, memory.getInt(30));
        assertEquals(0x08, memory.getByte(40));
        assertEquals(0, memory.getByte(41));
    }

    @Test
    void shouldNotCopyPastTheEndOfAnotherList() {
        list.add(memory, 0, 8);
        SliceList target = new SliceList();
        target.add(memory, 20, 4);
        assertThrows(IndexOutOfBoundsException.class, () -> list.copyTo(0, target, 1, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> list.copyTo(5, target, 0, 4));
    }

    @Test
    void shouldWriteOnlyTheIovecsThatFit() {
        list.add(memory, 0, 1);
        list.add(memory, 2, 1);
        list.add(memory, 4, 1);
        assertEquals(2, list.fillIovecs(0, 3, memory, 32));
        assertEquals(memory.address(2, 1), memory.getLong(48));
        assertEquals(1, memory.getLong(56));
    }

    @Test
    void shouldRefuseARangeWhoseSumOverflows() {
        list.add(memory, 0, 8);
        assertThrows(
                IndexOutOfBoundsException.class, () -> list.copyTo(8, memory, 0, Long.MAX_VALUE));
    }

    @Test
    void shouldRefuseAnAccessBehindTheEnd() {
        assertThrows(IndexOutOfBoundsException.class, () -> memory.getInt(61));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.address(-1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.address(1, Long.MAX_VALUE));
    }

    @Test
    void shouldRefuseAccessAfterClose() {
        buffer.close();
        assertThrows(IndexOutOfBoundsException.class, () -> memory.getByte(0));
    }
}
