// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class InternetChecksumTest {
    private static final long SEED = 20_240_607;

    private final NativeBuffer buffer = new NativeBuffer(70_000);
    private final MemorySlice memory = buffer.slice();
    private final Random random = new Random(SEED);

    @AfterEach
    void close() {
        buffer.close();
    }

    /** RFC 1071, word by word. */
    private static int naive(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldSumTheExampleOfRfc1071() {
        byte[] example = {0x00, 0x01, (byte) 0xF2, 0x03, (byte) 0xF4, (byte) 0xF5, -10, -9};
        memory.putBytes(0, example, 0, example.length);
        assertEquals(0xDDF2, InternetChecksum.sum(memory, 0, example.length));
        assertEquals(0x220D, InternetChecksum.complement(0xDDF2));
    }

    @Test
    void shouldAgreeWithTheNaiveSumForAllLengths() {
        assertAll(IntStream.range(0, 200).mapToObj(this::agreesAtOffset3));
    }

    private Executable agreesAtOffset3(int length) {
        byte[] bytes = randomBytes(length);
        return () -> {
            memory.putBytes(3, bytes, 0, length);
            assertEquals(naive(bytes), InternetChecksum.sum(memory, 3, length), "length " + length);
        };
    }

    @Test
    void shouldNotOverflowOnTheLargestFrameOfOnes() {
        memory.fill(0, 65_535, (byte) 0xFF);
        // 32,767 words of ones are zero in one's complement (written FFFF), then FF00.
        assertEquals(0xFF00, InternetChecksum.sum(memory, 0, 65_535));
    }

    @Test
    void shouldSumAListWithOddPiecesLikeOnePiece() {
        byte[] bytes = randomBytes(4000);
        memory.putBytes(0, bytes, 0, bytes.length);
        SliceList list = new SliceList();
        list.add(memory, 0, 1);
        list.add(memory, 1, 1501);
        list.add(memory, 1502, 7);
        list.add(memory, 1509, 2491);
        assertEquals(naive(bytes), InternetChecksum.sum(list, 0, 4000));
        assertEquals(
                InternetChecksum.sum(memory, 777, 1001), InternetChecksum.sum(list, 777, 1001));
    }

    @Test
    void shouldRefuseARangeOutsideOfTheList() {
        SliceList list = new SliceList();
        list.add(memory, 0, 10);
        assertThrows(IndexOutOfBoundsException.class, () -> InternetChecksum.sum(list, 5, 6));
    }
}
