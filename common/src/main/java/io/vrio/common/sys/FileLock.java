// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Locks of an open file (fcntl(2), "open file description locks"): held until the descriptor is
 * closed, also against other descriptors of this process. Control path; all methods static.
 */
public final class FileLock {
    private static final int TEST = 36;
    private static final int SET = 37;
    private static final short READ = 0;
    private static final short WRITE = 1;
    private static final short NONE = 2;

    // struct flock of 64-bit Linux; whence (0, from the start) and pid (must be 0) stay zero.
    private static final int FLOCK_LENGTH = 32;
    private static final int TYPE = 0;
    private static final int START = 8;
    private static final int LENGTH = 16;

    private static final int ENOLCK = 37;

    /*
     * The bytes that QEMU locks in its disk images (block/file-posix.c): a user of the image
     * holds a read lock on 100 + n for each permission n that it uses, and on 200 + n for each
     * that it lets nobody else have. 0 is reading, 1 is writing.
     */
    private static final int QEMU_READS = 100;
    private static final int QEMU_WRITES = 101;
    private static final int QEMU_FORBIDS_READING = 200;
    private static final int QEMU_FORBIDS_WRITING = 201;

    private FileLock() {}

    /**
     * Locks out everybody else: other processes of ours and, since it covers the bytes that QEMU
     * locks, QEMU and its tools. Nothing is locked on a file system without locks.
     *
     * @return whether nobody else has the file open in a way that conflicts
     */
    public static boolean acquireForWriting(int fd) {
        return set(fd, WRITE, 0, 0);
    }

    /** As {@link #acquireForWriting}, but others may read, too. */
    public static boolean acquireForReading(int fd) {
        return set(fd, READ, QEMU_READS, 1)
                && set(fd, READ, QEMU_FORBIDS_WRITING, 1)
                && !isLocked(fd, QEMU_WRITES)
                && !isLocked(fd, QEMU_FORBIDS_READING);
    }

    private static boolean set(int fd, short type, long start, long length) {
        try (NativeBuffer buffer = new NativeBuffer(FLOCK_LENGTH)) {
            int result = Linux.fcntl(fd, SET, fill(buffer.slice(), type, start, length));
            if (result == -Linux.EAGAIN || result == -Linux.EACCES) {
                return false;
            }
            if (result != -ENOLCK && result != -Linux.EOPNOTSUPP) {
                Linux.check(result, "lock");
            }
            return true;
        }
    }

    /** Whether somebody else holds any lock on this byte. */
    private static boolean isLocked(int fd, long start) {
        try (NativeBuffer buffer = new NativeBuffer(FLOCK_LENGTH)) {
            int result = Linux.fcntl(fd, TEST, fill(buffer.slice(), WRITE, start, 1));
            return result == 0 && buffer.slice().getShort(TYPE) != NONE;
        }
    }

    private static long fill(MemorySlice flock, short type, long start, long length) {
        flock.putShort(TYPE, type);
        flock.putLong(START, start);
        flock.putLong(LENGTH, length);
        // Safety: fcntl reads and writes one struct flock.
        return flock.address(0, FLOCK_LENGTH);
    }
}
