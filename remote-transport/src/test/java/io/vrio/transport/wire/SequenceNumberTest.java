// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class SequenceNumberTest {
    @Test
    void shouldCountTheSynAsOneByte() {
        assertEquals(1, SequenceNumber.afterSyn(0));
        assertEquals(0x1_0000_0000L, SequenceNumber.afterSyn(-1));
    }

    @Test
    void shouldExtendToTheNearestValue() {
        assertEquals(0x5_0000_0010L, SequenceNumber.extend(0x4_FFFF_FFF0L, 0x10));
        assertEquals(0x4_FFFF_FFF0L, SequenceNumber.extend(0x5_0000_0010L, 0xFFFF_FFF0));
        assertEquals(0x5_0000_0010L, SequenceNumber.extend(0x5_0000_0010L, 0x10));
    }

    @Test
    void shouldGoBelowZeroRatherThanFarAhead() {
        assertEquals(-16, SequenceNumber.extend(16, 0xFFFF_FFF0));
    }

    @Test
    void shouldExtend48BitsToTheNearestValue() {
        assertEquals(0x1_0000_0000_0010L, SequenceNumber.extend48(0xFFFF_FFFF_FFF0L, 0x10));
        assertEquals(
                0xFFFF_FFFF_FFF0L, SequenceNumber.extend48(0x1_0000_0000_0010L, 0xFFFF_FFFF_FFF0L));
        long value = 0x0123_4567_89AB_CDEFL;
        assertEquals(value, SequenceNumber.extend48(value + 99, value & (1L << 48) - 1));
    }
}
