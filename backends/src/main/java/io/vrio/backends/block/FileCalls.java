// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.sys.Linux;

/**
 * The system calls that requests become, each returning its result or the negated errno. A seam:
 * tests count them and let them fail. Called by the worker and by the disk's slow lane.
 */
interface FileCalls {
    /** Reads as preadv(2). */
    long read(int fd, long iovecs, int count, long offset);

    /** Reads what is in the page cache and never waits for a device. */
    long readCached(int fd, long iovecs, int count, long offset);

    /** Writes as pwritev(2). */
    long write(int fd, long iovecs, int count, long offset);

    /** Makes what was written durable, and of the metadata what is needed to read it. */
    int sync(int fd);

    int allocate(int fd, int mode, long offset, long length);

    /** Discards on a block device; {@code range} is the address of offset and length. */
    int discardOnDevice(int fd, long range);

    FileCalls LINUX = new LinuxFileCalls();

    /** Straight to the kernel. */
    final class LinuxFileCalls implements FileCalls {
        private static final int RWF_NOWAIT = 8;
        private static final long BLKDISCARD = 0x1277;

        private LinuxFileCalls() {}

        @Override
        public long read(int fd, long iovecs, int count, long offset) {
            return Linux.preadv(fd, iovecs, count, offset);
        }

        @Override
        public long readCached(int fd, long iovecs, int count, long offset) {
            return Linux.preadv2(fd, iovecs, count, offset, RWF_NOWAIT);
        }

        @Override
        public long write(int fd, long iovecs, int count, long offset) {
            return Linux.pwritev(fd, iovecs, count, offset);
        }

        @Override
        public int sync(int fd) {
            return Linux.fdatasync(fd);
        }

        @Override
        public int allocate(int fd, int mode, long offset, long length) {
            return Linux.fallocate(fd, mode, offset, length);
        }

        @Override
        public int discardOnDevice(int fd, long range) {
            return Linux.ioctl(fd, BLKDISCARD, range);
        }
    }
}
