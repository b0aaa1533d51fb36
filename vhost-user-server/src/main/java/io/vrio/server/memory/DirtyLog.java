// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemorySlice;

/**
 * Which pages of guest memory we have written, a bit for each, in memory of the frontend's: it
 * copies them again when it saves or moves its guest. Owned by its {@link GuestMemory}.
 */
final class DirtyLog implements AutoCloseable {
    /** What a bit stands for, whatever the guest's own page size is. */
    private static final int PAGE_SHIFT = 12;

    private static final int WORD_LENGTH = Long.BYTES;
    private static final int WORD_SHIFT = 6;
    private static final long ALL = -1;

    private final MappedRegion region;
    private final MemorySlice words = new MemorySlice();
    private final long wordCount;

    private DirtyLog(MappedRegion region, long length) {
        this.region = region;
        wordCount = length / WORD_LENGTH;
        region.wrapFrontend(0, length, words);
    }

    /**
     * Maps {@code length} bytes from {@code offset} of the file behind {@code fd}, which is not
     * needed afterwards.
     *
     * @throws RegionRefusedException with the reason
     */
    static DirtyLog map(long length, long offset, int fd) {
        GuestRegion place = new GuestRegion(0, length, 0, offset);
        if (length % WORD_LENGTH != 0 || offset % WORD_LENGTH != 0) {
            throw MappedRegion.refused("it is no number of 64-bit words", place);
        }
        return new DirtyLog(MappedRegion.map(place, fd), length);
    }

    /** What the log does not cover is passed over: it was made for all memory that there was. */
    void mark(long guestAddress, long length) {
        if (length <= 0) {
            return;
        }
        long first = guestAddress >>> PAGE_SHIFT;
        long last = (guestAddress + (length - 1)) >>> PAGE_SHIFT;
        long lastWord = Math.min(last >>> WORD_SHIFT, wordCount - 1);
        for (long word = first >>> WORD_SHIFT; word <= lastWord; word++) {
            // A shift takes the number of the bit modulo 64.
            long bits = word == first >>> WORD_SHIFT ? ALL << first : ALL;
            if (word == last >>> WORD_SHIFT) {
                bits &= ALL >>> -(last + 1);
            }
            words.orLong(word * WORD_LENGTH, bits);
        }
    }

    boolean isBacked() {
        return region.isBacked();
    }

    @Override
    public void close() {
        words.wrap(0, 0);
        region.unmap();
    }
}
