// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A fixture: the memory of a guest as its frontend has it, in a memory file that can be shared. Has
 * its own mapping, so it sees what a server writes through another one.
 */
public final class GuestRam implements AutoCloseable {
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private final int fd;
    private final GuestRegion region;
    private final MemorySlice slice;
    private long allocated;

    /**
     * @param length bytes, whole pages
     * @param guestAddress of the first byte
     * @param frontendAddress of the first byte
     */
    public GuestRam(long length, long guestAddress, long frontendAddress) {
        fd = Linux.check(Linux.memfdCreate("guest-ram"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, length), "ftruncate");
        long address = Linux.mmap(0, length, READ_WRITE, MAP_SHARED, fd, 0);
        slice = new MemorySlice(Linux.check(address, "mmap"), length);
        region = new GuestRegion(guestAddress, length, frontendAddress, 0);
    }

    /** What the frontend says of it. */
    public GuestRegion region() {
        return region;
    }

    /** The file behind it; stays the fixture's. */
    public int fd() {
        return fd;
    }

    /** Sets aside memory that was not used before; returns its guest address. */
    public long allocate(long length, int alignment) {
        long offset = (allocated + alignment - 1) / alignment * alignment;
        allocated = offset + length;
        Objects.checkFromIndexSize(offset, length, slice.length());
        return region.guestAddress() + offset;
    }

    /** How much is set aside, for {@link #freeTo}. */
    public long mark() {
        return allocated;
    }

    /** What was set aside after the mark is free again. */
    public void freeTo(long mark) {
        allocated = mark;
    }

    /** The frontend's name for a guest address. */
    public long frontendAddress(long guestAddress) {
        return region.frontendAddress() + (guestAddress - region.guestAddress());
    }

    /** What the guest sees at an address. */
    public MemorySlice at(long guestAddress, long length) {
        return slice.slice(guestAddress - region.guestAddress(), length);
    }

    /** All of it. */
    public MemorySlice slice() {
        return slice;
    }

    /** Cuts off the file, as only a broken or hostile frontend does. */
    public void cutOff(long newLength) {
        Linux.check(Linux.ftruncate(fd, newLength), "ftruncate");
    }

    /** How often its file is mapped by this process, not counting the fixture's own mapping. */
    public int serverMappings() {
        try {
            String inode =
                    " " + Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:ino") + " ";
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
                // A library of another file system may have the same number.
                return (int)
                                lines.filter(line -> line.contains(inode))
                                        .filter(line -> line.contains("/memfd:"))
                                        .count()
                        - 1;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Linux.munmap(slice.address(0, slice.length()), slice.length());
        Linux.close(fd);
    }
}
