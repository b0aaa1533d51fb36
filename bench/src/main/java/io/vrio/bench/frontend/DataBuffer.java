// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;

/**
 * The data of one request in guest memory: segments that are not adjacent, as the pages of a
 * guest's buffer are not, so that a backend which takes them for one piece corrupts data.
 */
public final class DataBuffer {
    /** Bytes of a segment, except the last of a request, which may be shorter. */
    public static final int SEGMENT_LENGTH = 64 << 10;

    private static final int PAGE = 4096;

    private final MemorySlice[] segments;
    private final long[] guestAddresses;

    /**
     * @param length bytes at most
     */
    DataBuffer(GuestMemory memory, int length) {
        int count = segmentCount(length);
        segments = new MemorySlice[count];
        guestAddresses = new long[count];
        for (int i = 0; i < count; i++) {
            int part = Math.min(SEGMENT_LENGTH, length - i * SEGMENT_LENGTH);
            long offset = memory.allocate(part, PAGE);
            // The page that keeps the next segment from being adjacent.
            memory.allocate(PAGE, PAGE);
            segments[i] = memory.slice().slice(offset, part);
            guestAddresses[i] = memory.guestAddress(offset);
        }
    }

    static int segmentCount(int length) {
        return (length + SEGMENT_LENGTH - 1) / SEGMENT_LENGTH;
    }

    /** The segment that holds the byte at {@code offset}; it begins at a multiple of its length. */
    public MemorySlice segment(int offset) {
        return segments[offset / SEGMENT_LENGTH];
    }

    long guestAddress(int index) {
        return guestAddresses[index];
    }
}
