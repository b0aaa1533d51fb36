// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MemorySliceTest {
    private final NativeBuffer buffer = new NativeBuffer(16);
    private final MemorySlice memory = buffer.slice();

    @AfterEach
    void close() {
        buffer.close();
    }

    @Test
    void shouldCopyBytesIntoTheMiddleOfAnArray() {
        memory.putBytes(3, new byte[] {9, 1, 2, 3, 9}, 1, 3);
        byte[] target = {7, 7, 7, 7, 7, 7};
        memory.getBytes(3, target, 2, 3);
        assertEquals(6, target.length);
        assertArrayEquals(new byte[] {7, 7, 1, 2, 3, 7}, target);
    }

    @Test
    void shouldCopyNothingOutOfAnEmptySlice() {
        byte[] target = {7};
        new MemorySlice().getBytes(0, target, 1, 0);
        assertArrayEquals(new byte[] {7}, target);
    }

    @Test
    void shouldRefuseToCopyBehindTheEndOfAnArray() {
        byte[] array = new byte[4];
        assertThrows(IndexOutOfBoundsException.class, () -> memory.getBytes(0, array, 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.putBytes(0, array, 2, 3));
    }
}
