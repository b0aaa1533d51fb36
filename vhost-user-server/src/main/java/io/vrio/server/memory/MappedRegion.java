// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;

/** One region of guest memory in our address space, until {@link #unmap}. */
final class MappedRegion {
    private static final int PROTECTION_READ_WRITE = 3;
    private static final int MAP_SHARED = 0x1;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MADV_DONTDUMP = 16;
    private static final int MADV_POPULATE_READ = 22;
    private static final int SEEK_END = 2;
    private static final int STATFS_LENGTH = 120;
    private static final int STATFS_BLOCK_SIZE = 8;
    private static final long HUGETLBFS_MAGIC = 0x958458f6L;
    private static final long FUSE_MAGIC = 0x65735546L;
    private static final long PAGE = 4096;

    private final GuestRegion region;
    private final long mappedAddress;
    private final long mappedLength;
    private final MemorySlice slice;
    private final boolean canVanish;

    private MappedRegion(
            GuestRegion region, long mappedAddress, long mappedLength, boolean canVanish) {
        this.region = region;
        this.canVanish = canVanish;
        this.mappedAddress = mappedAddress;
        this.mappedLength = mappedLength;
        slice = new MemorySlice(mappedAddress + region.mmapOffset(), region.size());
        if (canVanish) {
            MemoryFaults.onMapped();
        }
    }

    /**
     * Maps a region of the file behind {@code fd}, which is not needed afterwards.
     *
     * @throws RegionRefusedException with the reason
     */
    static MappedRegion map(GuestRegion region, int fd) {
        refuseIf(invalidReason(region), region);
        // Ordering: a seal that is there now was there when the length is read.
        boolean isSealed = Linux.isKeptFromShrinking(fd);
        long fileLength = Linux.lseek(fd, 0, SEEK_END);
        if (fileLength < 0) {
            throw refused("its file has no length: " + Linux.describe((int) -fileLength), region);
        }
        // By difference: offset + size may overflow. An access behind the file's end is SIGBUS.
        if (region.mmapOffset() > fileLength || region.size() > fileLength - region.mmapOffset()) {
            throw refused("it reaches past the end of its file of " + fileLength, region);
        }
        long pageSize = pageSize(region, fd);
        long length = roundUp(region.mmapOffset() + region.size(), pageSize);
        // From the start of the file: hugetlbfs refuses offsets inside a huge page.
        long address =
                Linux.mmap(0, length, PROTECTION_READ_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (address < 0 && address > -PAGE) {
            throw refused("mmap: " + Linux.describe((int) -address), region);
        }
        // Guest memory has no place in our core dumps; a failure is harmless.
        Linux.madvise(address, length, MADV_DONTDUMP);
        // A huge page that is touched first when none is left is SIGBUS as well.
        return new MappedRegion(region, address, length, !isSealed || pageSize > PAGE);
    }

    private static String invalidReason(GuestRegion region) {
        if (region.size() <= 0) {
            return "its size is not positive";
        }
        if (region.mmapOffset() < 0 || region.mmapOffset() > Long.MAX_VALUE - region.size()) {
            return "its file range wraps around";
        }
        if (wraps(region.guestAddress(), region.size())) {
            return "its guest addresses wrap around";
        }
        return wraps(region.frontendAddress(), region.size())
                ? "its frontend addresses wrap around"
                : null;
    }

    /** Whether the last byte lies below the first, as unsigned numbers. */
    private static boolean wraps(long first, long size) {
        return Long.compareUnsigned(first + (size - 1), first) < 0;
    }

    private static void refuseIf(String reason, GuestRegion region) {
        if (reason != null) {
            throw refused(reason, region);
        }
    }

    static RegionRefusedException refused(String reason, GuestRegion region) {
        return new RegionRefusedException("region " + region + " is refused: " + reason);
    }

    /** What the length of a mapping of this file must be a multiple of. */
    private static long pageSize(GuestRegion region, int fd) {
        try (NativeBuffer buffer = new NativeBuffer(STATFS_LENGTH)) {
            // Safety: the buffer holds a whole struct statfs (120 bytes on LP64).
            int result = Linux.fstatfs(fd, buffer.slice().address(0, STATFS_LENGTH));
            long kind = result == 0 ? buffer.slice().getLong(0) : 0;
            // Each access could wait for a process of the frontend's, and all guests with it.
            refuseIf(kind == FUSE_MAGIC ? "its file is on FUSE" : null, region);
            return kind == HUGETLBFS_MAGIC ? buffer.slice().getLong(STATFS_BLOCK_SIZE) : PAGE;
        }
    }

    private static long roundUp(long length, long pageSize) {
        return (length + pageSize - 1) / pageSize * pageSize;
    }

    GuestRegion region() {
        return region;
    }

    long guestAddress() {
        return region.guestAddress();
    }

    boolean containsGuest(long guestAddress) {
        return Long.compareUnsigned(guestAddress - region.guestAddress(), region.size()) < 0;
    }

    boolean overlaps(MappedRegion other) {
        return containsGuest(other.guestAddress()) || other.containsGuest(guestAddress());
    }

    /** Bytes from this guest address, which is inside, to the end of the region. */
    long lengthFrom(long guestAddress) {
        return region.size() - (guestAddress - region.guestAddress());
    }

    void addTo(SliceList target, long guestAddress, int length) {
        target.add(slice, guestAddress - region.guestAddress(), length);
    }

    /** Points {@code target} at frontend memory; false when it is not all in here. */
    boolean wrapFrontend(long frontendAddress, long length, MemorySlice target) {
        long offset = frontendAddress - region.frontendAddress();
        if (offset < 0 || offset > region.size() || length > region.size() - offset) {
            return false;
        }
        target.wrap(slice, offset, length);
        return true;
    }

    /** Whether the end of the region still has a file under it. */
    boolean isBacked() {
        long lastPage = (slice.address(region.size() - 1, 1) / PAGE) * PAGE;
        // Safety: the page is inside our mapping. The kernel tells in its result what would be a
        // SIGBUS for a load. Kernels before 5.14 say EINVAL: not known, so not held against it.
        return Linux.madvise(lastPage, PAGE, MADV_POPULATE_READ) != -Linux.EFAULT;
    }

    void unmap() {
        // Safety: a later access through this region's slice fails its bounds check.
        slice.wrap(0, 0);
        Linux.munmap(mappedAddress, mappedLength);
        if (canVanish) {
            MemoryFaults.onUnmapped();
        }
    }
}
