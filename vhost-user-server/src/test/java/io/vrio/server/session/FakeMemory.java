// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;
import java.nio.ByteBuffer;

/** One region of a guest's memory, in a memory file that a frontend can share. */
public final class FakeMemory implements AutoCloseable {
    private static final int PROTECTION_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private final int fd;
    private final long guestAddress;
    private final long frontendAddress;
    private final long length;
    private final MemorySlice slice;

    public FakeMemory(long guestAddress, long frontendAddress, long length) {
        this.guestAddress = guestAddress;
        this.frontendAddress = frontendAddress;
        this.length = length;
        fd = Linux.check(Linux.memfdCreate("guest"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, length), "ftruncate");
        long address = Linux.mmap(0, length, PROTECTION_READ_WRITE, MAP_SHARED, fd, 0);
        // Safety: the whole file, unmapped by close only.
        slice = new MemorySlice(Linux.check(address, "mmap"), length);
    }

    public int fd() {
        return fd;
    }

    public long guestAddress() {
        return guestAddress;
    }

    public long frontendAddress() {
        return frontendAddress;
    }

    /** The memory itself, as the guest sees it. */
    public MemorySlice slice() {
        return slice;
    }

    /** Makes the file shorter, as an unfriendly frontend might. */
    public void truncate(long newLength) {
        Linux.check(Linux.ftruncate(fd, newLength), "ftruncate");
    }

    void describe(ByteBuffer bytes) {
        bytes.putLong(guestAddress).putLong(length).putLong(frontendAddress).putLong(0);
    }

    @Override
    public void close() {
        Linux.munmap(slice.address(0, length), length);
        Linux.close(fd);
    }
}
