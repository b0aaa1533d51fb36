// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of this process that reads as zeroes and takes space only where it was written; given back
 * page by page. Guarded by an inaccessible page at either end. Freed by {@link #close}.
 */
public final class AnonymousMemory implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int INACCESSIBLE = 0;
    private static final int READ_WRITE = 3;

    /** MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE. */
    private static final int FLAGS = 0x02 | 0x20 | 0x4000;

    private static final int MAP_FIXED = 0x10;
    private static final int MADV_DONTNEED = 4;

    /** MREMAP_MAYMOVE | MREMAP_FIXED. */
    private static final int MOVE = 1 | 2;

    private final MemorySlice slice = new MemorySlice();
    private long reservedAddress;
    private long reservedLength;

    /**
     * @param length bytes, 1 or more
     * @throws ErrnoException when there is no room in the address space
     */
    public AnonymousMemory(long length) {
        reserve(length);
        // Safety: replaces all but the first and last page of our own reservation.
        long usable = reservedAddress + PAGE;
        long usableLength = usableLength(length);
        long result = Linux.mmap(usable, usableLength, READ_WRITE, FLAGS | MAP_FIXED, -1, 0);
        if (result != usable) {
            Linux.munmap(reservedAddress, reservedLength);
            Linux.check(result, "mmap of " + length + " bytes");
        }
        slice.wrap(usable, length);
    }

    /** Takes addresses, still inaccessible; the old ones are forgotten. */
    private void reserve(long length) {
        long newLength = Math.addExact(usableLength(length), 2 * PAGE);
        reservedAddress =
                Linux.check(
                        Linux.mmap(0, newLength, INACCESSIBLE, FLAGS, -1, 0),
                        "mmap of " + length + " bytes");
        reservedLength = newLength;
    }

    private static long usableLength(long length) {
        return Math.addExact(length, PAGE - 1) & -PAGE;
    }

    /**
     * Changes the length; what is kept stays, what is new reads as zeroes. Pages are moved, not
     * copied: addresses taken before are no longer valid.
     */
    public void resize(long length) {
        long oldLength = slice.length();
        if (length < oldLength) {
            discard(length, oldLength - length);
        } else if (usableLength(length) > reservedLength - 2 * PAGE) {
            move(length);
        }
        slice.wrap(reservedAddress + PAGE, length);
    }

    private void move(long length) {
        long oldAddress = reservedAddress;
        long oldLength = reservedLength;
        reserve(length);
        // Safety: all usable pages of the old reservation go to the start of the new one, which
        // their mapping then fills. It stays one mapping, so that it can be moved again.
        long moved = oldLength - 2 * PAGE;
        long target = reservedAddress + PAGE;
        long result = Linux.mremap(oldAddress + PAGE, moved, usableLength(length), MOVE, target);
        if (result != target) {
            Linux.munmap(reservedAddress, reservedLength);
            reservedAddress = oldAddress;
            reservedLength = oldLength;
            Linux.check(result, "mremap");
        }
        Linux.munmap(oldAddress, PAGE);
        Linux.munmap(oldAddress + PAGE + moved, PAGE);
    }

    /** All of it. Not to be used after close. */
    public MemorySlice slice() {
        return slice;
    }

    /** The range reads as zeroes afterwards; whole pages in it are given back. Any thread. */
    public void discard(long offset, long length) {
        long first = Math.min(offset + length, offset + PAGE - 1 & -PAGE);
        long limit = Math.max(first, offset + length & -PAGE);
        slice.fill(offset, first - offset, (byte) 0);
        if (limit > first) {
            // Safety: whole pages inside our mapping.
            int result =
                    Linux.madvise(
                            slice.address(first, limit - first), limit - first, MADV_DONTNEED);
            Linux.check(result, "madvise");
        }
        slice.fill(limit, offset + length - limit, (byte) 0);
    }

    /** Bytes that are backed by memory now. Control path: reads /proc. */
    public long allocatedLength() {
        String start = Long.toHexString(slice.address(0, 1)) + "-";
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
            boolean isOurs = false;
            for (String line : lines) {
                isOurs |= line.startsWith(start);
                if (isOurs && line.startsWith("Rss:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return 0;
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        if (slice.length() > 0) {
            // Safety: a later access fails its bounds check instead of touching unmapped memory.
            slice.wrap(0, 0);
            Linux.munmap(reservedAddress, reservedLength);
        }
    }
}
