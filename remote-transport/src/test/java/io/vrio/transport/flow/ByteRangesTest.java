// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against a set of bits, and the edges by hand. */
final class ByteRangesTest {
    private static final int SPACE = 200;

    private final ByteRanges ranges = new ByteRanges(4);

    private String text() {
        return text(ranges);
    }

    private static String text(ByteRanges ranges) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranges.count(); i++) {
            text.append(ranges.start(i)).append('-').append(ranges.limit(i)).append(' ');
        }
        return text.toString().trim();
    }

    private static String text(BitSet bits) {
        StringBuilder text = new StringBuilder();
        for (int i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(bits.nextClearBit(i))) {
            text.append(i).append('-').append(bits.nextClearBit(i)).append(' ');
        }
        return text.toString().trim();
    }

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("vrio.seeds", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldDoWhatASetOfBitsDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteRanges tried = new ByteRanges(SPACE);
        BitSet model = new BitSet();
        for (int step = 0; step < 500; step++) {
            int start = random.nextInt(SPACE);
            int limit = Math.min(SPACE, start + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    model.set(start, limit);
                    assertTrue(tried.add(start, limit));
                }
                case 2, 3 -> {
                    model.clear(start, limit);
                    assertTrue(tried.remove(start, limit));
                }
                default -> {
                    int below = random.nextInt(20);
                    model.clear(0, below);
                    tried.removeBelow(below);
                }
            }
            assertEquals(text(model), text(tried), "seed " + seed + " step " + step);
            assertEquals(model.cardinality(), tried.length());
            int next = model.nextClearBit(start);
            assertEquals(start >= limit || next >= limit, tried.contains(start, limit));
            int set = model.nextSetBit(start);
            assertEquals(set >= 0 && set < limit, tried.intersects(start, limit));
        }
    }

    @Test
    void shouldJoinWhatTouches() {
        ranges.add(10, 20);
        ranges.add(30, 40);
        ranges.add(20, 30);
        assertEquals("10-40", text());
    }

    @Test
    void shouldRefuseARangeTooMany() {
        ranges.add(0, 1);
        ranges.add(10, 11);
        ranges.add(20, 21);
        ranges.add(30, 31);
        assertFalse(ranges.add(40, 41));
        assertEquals("0-1 10-11 20-21 30-31", text());
    }

    @Test
    void shouldTakeWhatTouchesWhenFull() {
        ranges.add(0, 1);
        ranges.add(10, 11);
        ranges.add(20, 21);
        ranges.add(30, 31);
        assertTrue(ranges.add(1, 5));
        assertTrue(ranges.add(9, 10));
        assertEquals("0-5 9-11 20-21 30-31", text());
    }

    @Test
    void shouldRefuseToSplitWhenFull() {
        ranges.add(0, 1);
        ranges.add(10, 11);
        ranges.add(20, 21);
        ranges.add(30, 39);
        assertFalse(ranges.remove(33, 35));
        assertEquals("0-1 10-11 20-21 30-39", text());
    }

    @Test
    void shouldIgnoreAnEmptyRange() {
        assertTrue(ranges.add(5, 5));
        assertTrue(ranges.isEmpty());
    }
}
