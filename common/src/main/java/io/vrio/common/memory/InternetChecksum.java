// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

/**
 * The checksum of IP, TCP and UDP (RFC 1071). A sum is 16 bits, folded, of big-endian words; it is
 * not complemented: a checksum field holds {@link #complement} of it. Sums of parts are added by
 * {@link #add}.
 */
public final class InternetChecksum {
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private InternetChecksum() {}

    /** The sum of a range; an odd last byte counts as if a zero followed. */
    public static int sum(MemorySlice slice, long offset, long length) {
        long sum = 0;
        long at = offset;
        // Four accumulators of 32-bit halves: no carry to look at, and no chain of additions.
        long limit = offset + (length & -32);
        long sum1 = 0;
        long sum2 = 0;
        long sum3 = 0;
        for (; at < limit; at += 32) {
            long a = slice.getLong(at);
            long b = slice.getLong(at + 8);
            long c = slice.getLong(at + 16);
            long d = slice.getLong(at + 24);
            sum += (a & LOW_32) + (a >>> 32);
            sum1 += (b & LOW_32) + (b >>> 32);
            sum2 += (c & LOW_32) + (c >>> 32);
            sum3 += (d & LOW_32) + (d >>> 32);
        }
        sum += sum1 + sum2 + sum3;
        limit = offset + (length & -2);
        for (; at < limit; at += 2) {
            sum += slice.getUnsignedShort(at);
        }
        if ((length & 1) != 0) {
            sum += slice.getUnsignedByte(at);
        }
        // The sum of little-endian words is the byte-swapped sum of big-endian ones.
        return Short.reverseBytes((short) fold(sum)) & 0xFFFF;
    }

    /** The sum of a range of a list, as of one piece of memory. */
    public static int sum(SliceList list, long offset, long length) {
        if (offset < 0 || length < 0 || length > list.length() - offset) {
            throw new IndexOutOfBoundsException("offset " + offset + " length " + length);
        }
        MemorySlice piece = new MemorySlice();
        int sum = 0;
        long skip = offset;
        long done = 0;
        for (int i = 0; done < length; i++) {
            if (skip >= list.length(i)) {
                skip -= list.length(i);
                continue;
            }
            long part = Math.min(length - done, list.length(i) - skip);
            piece.wrap(list.address(i) + skip, part);
            sum = add(sum, atOffset(done, sum(piece, 0, part)));
            done += part;
            skip = 0;
        }
        return sum;
    }

    /** The sum of two sums. */
    public static int add(int sum, int other) {
        return fold((long) sum + other);
    }

    /** What {@code sum} of a part is worth when the part begins at {@code offset} of the whole. */
    public static int atOffset(long offset, int sum) {
        return (offset & 1) == 0 ? sum : Short.reverseBytes((short) sum) & 0xFFFF;
    }

    /** The sum of four bytes, the first in bits 31-24. */
    public static int sum(int word) {
        return fold(word & LOW_32);
    }

    /** The sum of eight bytes, the first in bits 63-56. */
    public static int sum(long word) {
        return fold((word & LOW_32) + (word >>> 32));
    }

    /**
     * The sum of the pseudo header of TCP, over IPv4 and IPv6.
     *
     * @param addresses the sum of source and destination
     */
    public static int pseudoHeader(int addresses, int tcpLength) {
        final int protocolTcp = 6;
        return fold((long) addresses + protocolTcp + tcpLength);
    }

    /** What the checksum field holds. */
    public static int complement(int sum) {
        return ~sum & 0xFFFF;
    }

    private static int fold(long sum) {
        long folded = (sum & LOW_32) + (sum >>> 32);
        folded = (folded & LOW_32) + (folded >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) folded;
    }
}
