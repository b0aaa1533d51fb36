// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import java.util.Arrays;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * An ordered list of pieces of native memory that together hold one request's data (scatter and
 * gather). Keeps its arrays when cleared, so it allocates only while it learns its size. One
 * thread.
 */
public final class SliceList {
    /** Limit: pieces of one list; more descriptors than any ring has means a broken guest. */
    public static final int PIECES_MAX = 4096;

    /** Bytes of one {@code struct iovec} (LP64). */
    public static final int IOVEC_LENGTH = 16;

    /** The piece in work; a field, so that copying allocates nothing. */
    private final MemorySlice cursor = new MemorySlice();

    private long[] addresses = new long[4];
    private int[] lengths = new int[4];
    private int count;
    private long length;

    public void clear() {
        count = 0;
        length = 0;
    }

    /** Bytes of all pieces. */
    public long length() {
        return length;
    }

    /** Number of pieces. */
    public int count() {
        return count;
    }

    /** The native address of a piece; its memory is valid as long as the list's owner says. */
    public long address(int index) {
        checkIndex(index);
        return addresses[index];
    }

    public int length(int index) {
        checkIndex(index);
        return lengths[index];
    }

    private void checkIndex(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("piece " + index + " of " + count);
        }
    }

    /** Adds {@code length} bytes of {@code slice} at the end. An empty piece is left out. */
    public void add(MemorySlice slice, long offset, int length) {
        append(slice.address(offset, length), length);
    }

    /** Adds {@code length} bytes at {@code offset} of another list. */
    public void add(SliceList source, long offset, long length) {
        checkRange(source, offset, length);
        long skip = offset;
        long left = length;
        for (int i = 0; left > 0; i++) {
            int pieceLength = source.lengths[i];
            if (skip >= pieceLength) {
                skip -= pieceLength;
                continue;
            }
            int part = (int) Math.min(left, pieceLength - skip);
            append(source.addresses[i] + skip, part);
            left -= part;
            skip = 0;
        }
    }

    private void append(long address, int length) {
        if (length == 0) {
            return;
        }
        if (count == addresses.length) {
            grow();
        }
        addresses[count] = address;
        lengths[count] = length;
        count++;
        this.length += length;
    }

    private void grow() {
        if (count >= PIECES_MAX) {
            throw new IllegalStateException("more than " + PIECES_MAX + " pieces");
        }
        int capacity = Math.min(PIECES_MAX, count * 2);
        addresses = Arrays.copyOf(addresses, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
    }

    /** Copies {@code source} bytes into the list, from the list's byte {@code offset} on. */
    public void copyFrom(long offset, MemorySlice source, long sourceOffset, long length) {
        copy(offset, source, sourceOffset, length, true);
    }

    /** Copies the list's bytes from {@code offset} on into {@code target}. */
    public void copyTo(long offset, MemorySlice target, long targetOffset, long length) {
        copy(offset, target, targetOffset, length, false);
    }

    private void copy(long offset, MemorySlice other, long otherOffset, long length, boolean in) {
        checkRange(this, offset, length);
        long skip = offset;
        long done = 0;
        for (int i = 0; done < length; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(length - done, lengths[i] - skip);
            cursor.wrap(addresses[i] + skip, part);
            if (in) {
                other.copyTo(otherOffset + done, cursor, 0, part);
            } else {
                cursor.copyTo(0, other, otherOffset + done, part);
            }
            done += part;
            skip = 0;
        }
    }

    /**
     * Copies {@code length} bytes from {@code offset} on into another list, each piece of both
     * visited once: lists of many little pieces, which a guest can make, cost no more than that.
     */
    public void copyTo(long offset, SliceList target, long targetOffset, long length) {
        checkRange(this, offset, length);
        checkRange(target, targetOffset, length);
        int from = 0;
        long fromSkip = offset;
        int to = 0;
        long toSkip = targetOffset;
        long left = length;
        while (left > 0) {
            for (; fromSkip >= lengths[from]; from++) {
                fromSkip -= lengths[from];
            }
            for (; toSkip >= target.lengths[to]; to++) {
                toSkip -= target.lengths[to];
            }
            long room = Math.min(lengths[from] - fromSkip, target.lengths[to] - toSkip);
            long part = Math.min(left, room);
            // Safety: both ranges are inside pieces, which were taken from checked slices.
            UnsafeMemory.MEMORY.copyMemory(
                    addresses[from] + fromSkip, target.addresses[to] + toSkip, part);
            fromSkip += part;
            toSkip += part;
            left -= part;
        }
    }

    /** Stores one byte at {@code offset} of the list. */
    public void putByte(long offset, byte value) {
        checkRange(this, offset, 1);
        int i = 0;
        long skip = offset;
        while (skip >= lengths[i]) {
            skip -= lengths[i++];
        }
        // Safety: the byte is inside a piece, which was taken from a checked slice.
        UnsafeMemory.MEMORY.writeByte(addresses[i] + skip, value);
    }

    /** Stores {@code value} in each of {@code length} bytes from {@code offset} on. */
    public void fill(long offset, long length, byte value) {
        checkRange(this, offset, length);
        long skip = offset;
        long done = 0;
        for (int i = 0; done < length; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(length - done, lengths[i] - skip);
            cursor.wrap(addresses[i] + skip, part).fill(0, part, value);
            done += part;
            skip = 0;
        }
    }

    /**
     * Writes {@code struct iovec} elements that cover {@code length} bytes from {@code offset} on,
     * as many as fit into {@code target} from {@code targetOffset}.
     *
     * @return the number of elements; together they may cover less than {@code length}
     */
    public int fillIovecs(long offset, long length, MemorySlice target, long targetOffset) {
        checkRange(this, offset, length);
        long skip = offset;
        long left = length;
        long at = targetOffset;
        int written = 0;
        for (int i = 0; left > 0 && at + IOVEC_LENGTH <= target.length(); i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(left, lengths[i] - skip);
            target.putLong(at, addresses[i] + skip);
            target.putLong(at + 8, part);
            at += IOVEC_LENGTH;
            written++;
            left -= part;
            skip = 0;
        }
        return written;
    }

    private static void checkRange(SliceList list, long offset, long length) {
        if (offset < 0 || length < 0 || length > list.length - offset) {
            throw new IndexOutOfBoundsException(
                    "offset " + offset + " length " + length + " in a list of " + list.length);
        }
    }
}
