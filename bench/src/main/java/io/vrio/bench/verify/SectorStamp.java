// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.verify;

import io.vrio.common.memory.MemorySlice;
import java.util.SplittableRandom;

/**
 * One sector of test data: says which sector it is, how new it is, and whether it is whole.
 *
 * <pre>
 *   0   sector number
 *   8   generation
 *   16  checksum: mark xor sum of the body
 *   24  body: 60 random words
 *   504 mark: mix of sector number and generation, again
 * </pre>
 */
final class SectorStamp {
    static final int LENGTH = 512;

    private static final int SECTOR = 0;
    private static final int GENERATION = 8;
    private static final int CHECKSUM = 16;
    private static final int BODY = 24;
    private static final int MARK = 504;

    /** What a read buffer holds before the read; no disk has so many sectors. */
    private static final long POISON = -1;

    private SectorStamp() {}

    /** Fills the body; returns its sum, for {@link #write}. */
    static long fillBody(MemorySlice data, long at, SplittableRandom random) {
        for (int i = BODY; i < MARK; i += 8) {
            data.putLong(at + i, random.nextLong());
        }
        return bodySum(data, at);
    }

    /** Stamps a sector whose body is filled already. */
    static void write(MemorySlice data, long at, long sector, long generation, long bodySum) {
        long mark = mark(sector, generation);
        data.putLong(at + SECTOR, sector);
        data.putLong(at + GENERATION, generation);
        data.putLong(at + CHECKSUM, mark ^ bodySum);
        data.putLong(at + MARK, mark);
    }

    /** Makes sure that what is there now cannot pass for the result of a read. */
    static void poison(MemorySlice data, long at) {
        data.putLong(at + SECTOR, POISON);
    }

    static long generation(MemorySlice data, long at) {
        return data.getLong(at + GENERATION);
    }

    /**
     * Why this cannot be what was once written to {@code sector}, or null when it can.
     *
     * @param isBodyChecked false to look at both ends of the sector only, which is much faster
     */
    static String invalidReason(MemorySlice data, long at, long sector, boolean isBodyChecked) {
        long found = data.getLong(at + SECTOR);
        if (found == POISON) {
            return "was not written by the read";
        }
        if (found != sector) {
            return "holds the data of sector " + found;
        }
        long mark = data.getLong(at + MARK);
        if (mark != mark(sector, generation(data, at))) {
            return "is torn: its end does not belong to its beginning";
        }
        if (isBodyChecked && (data.getLong(at + CHECKSUM) ^ mark) != bodySum(data, at)) {
            return "has a wrong checksum";
        }
        return null;
    }

    private static long bodySum(MemorySlice data, long at) {
        long sum = 0;
        for (int i = BODY; i < MARK; i += 8) {
            sum = sum * 31 + data.getLong(at + i);
        }
        return sum;
    }

    /** A mix of both that changes in about half of its bits when either changes (splitmix64). */
    private static long mark(long sector, long generation) {
        long mixed = sector * 0x9E3779B97F4A7C15L + generation;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
