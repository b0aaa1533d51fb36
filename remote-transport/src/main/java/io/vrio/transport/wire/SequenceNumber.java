// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

/**
 * Arithmetic of TCP sequence numbers. A flow counts bytes in 64 bits that never wrap; the wire
 * carries the low 32 (sequence, acknowledgement) or 48 (start of a super-frame) of them.
 */
public final class SequenceNumber {
    private static final int BITS_ABOVE_48 = 16;

    private SequenceNumber() {}

    /**
     * The 64-bit value of the first payload byte after a SYN with this sequence (RFC 9293, 3.4).
     */
    public static long afterSyn(int initialSequence) {
        return Integer.toUnsignedLong(initialSequence) + 1;
    }

    /** The 64-bit value nearest to {@code reference} whose low 32 bits are {@code low32}. */
    public static long extend(long reference, int low32) {
        return reference + (low32 - (int) reference);
    }

    /** The 64-bit value nearest to {@code reference} whose low 48 bits are {@code low48}. */
    public static long extend48(long reference, long low48) {
        long difference = (low48 - reference) << BITS_ABOVE_48 >> BITS_ABOVE_48;
        return reference + difference;
    }
}
