// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * What the kernel tells of a file system at one moment. Control path.
 *
 * @param totalLength bytes it can hold, used or not; 0 where it does not say
 * @param freeLength bytes that are free for an ordinary user
 * @param isMemory whether its files live in memory alone (tmpfs)
 */
public record FileSystemStatus(long totalLength, long freeLength, boolean isMemory) {
    // struct statfs of 64-bit Linux.
    private static final int STATFS_LENGTH = 120;
    private static final int TYPE = 0;
    private static final int BLOCK_COUNT = 16;
    private static final int AVAILABLE_COUNT = 32;
    private static final int FRAGMENT_SIZE = 72;

    private static final long TMPFS_MAGIC = 0x01021994;

    /**
     * @param fd any file or directory on it
     * @throws ErrnoException with the errno of fstatfs(2)
     */
    public static FileSystemStatus ofDescriptor(int fd) {
        try (NativeBuffer buffer = new NativeBuffer(STATFS_LENGTH)) {
            MemorySlice statfs = buffer.slice();
            // Safety: the whole buffer has the length of struct statfs.
            Linux.check(Linux.fstatfs(fd, statfs.address(0, STATFS_LENGTH)), "fstatfs");
            long blockLength = statfs.getLong(FRAGMENT_SIZE);
            return new FileSystemStatus(
                    bytes(statfs.getLong(BLOCK_COUNT), blockLength),
                    bytes(statfs.getLong(AVAILABLE_COUNT), blockLength),
                    statfs.getLong(TYPE) == TMPFS_MAGIC);
        }
    }

    /** Some network file systems answer with numbers whose product overflows. */
    private static long bytes(long count, long blockLength) {
        boolean isTooMany = count < 0 || count > Long.MAX_VALUE / Math.max(1, blockLength);
        return isTooMany ? Long.MAX_VALUE : count * blockLength;
    }
}
