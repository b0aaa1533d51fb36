// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;

/**
 * One region of a guest's memory: a memory file, mapped here, to be mapped by the backend as well,
 * and sealed as by QEMU, so that nobody can make it shorter. Pieces are handed out from its start
 * and never given back.
 */
public final class GuestMemory implements AutoCloseable {
    private static final int PROTECTION_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_NORESERVE = 0x4000;

    private final int fd;
    private final long guestAddress;
    private final long nativeAddress;
    private final MemorySlice slice;
    private long allocated;
    private boolean isClosed;

    /**
     * @param guestAddress where the guest sees it; any multiple of 4096
     */
    public GuestMemory(long guestAddress, long length) {
        this.guestAddress = guestAddress;
        fd = Linux.check(Linux.memfdCreate("vrio-guest"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, length), "ftruncate");
        Linux.check(Linux.sealLength(fd), "fcntl F_ADD_SEALS");
        int flags = MAP_SHARED | MAP_NORESERVE;
        nativeAddress =
                Linux.check(Linux.mmap(0, length, PROTECTION_READ_WRITE, flags, fd, 0), "mmap");
        // Safety: mapped for length bytes, until close.
        slice = new MemorySlice(nativeAddress, length);
    }

    public int fd() {
        return fd;
    }

    public long length() {
        return slice.length();
    }

    /** All of it. Not to be used after close. */
    public MemorySlice slice() {
        return slice;
    }

    /**
     * Hands out a piece.
     *
     * @return its offset in this region
     */
    public long allocate(long length, long alignment) {
        long offset = (allocated + alignment - 1) / alignment * alignment;
        if (length > slice.length() - offset) {
            throw new IllegalArgumentException(
                    "guest memory of " + slice.length() + " bytes is too small");
        }
        allocated = offset + length;
        return offset;
    }

    public long guestAddress(long offset) {
        return guestAddress + offset;
    }

    public long frontendAddress(long offset) {
        return nativeAddress + offset;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            long length = slice.length();
            // Safety: a later access fails its bounds check instead of faulting.
            slice.wrap(0, 0);
            Linux.munmap(nativeAddress, length);
            Linux.close(fd);
        }
    }
}
