// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * What the kernel tells of a file at one moment. Control path.
 *
 * @param length bytes; 0 for a block device, whose length is found by seeking
 * @param allocatedLength bytes of storage that hold it
 * @param device number of the device that it is, "0:0" when it is none
 * @param fileSystem number of the device that its file system is on
 * @param birthNs when it was made, since 1970; 0 where the file system does not keep that
 * @param directMemoryAlignment what O_DIRECT needs of addresses; 0 when the kernel does not say
 * @param directOffsetAlignment what O_DIRECT needs of offsets and lengths; 0 likewise
 */
public record FileStatus(
        Kind kind,
        long length,
        long allocatedLength,
        String device,
        String fileSystem,
        long inode,
        long birthNs,
        int directMemoryAlignment,
        int directOffsetAlignment) {
    public enum Kind {
        REGULAR,
        DIRECTORY,
        BLOCK_DEVICE,
        OTHER
    }

    private static final int CURRENT_DIRECTORY = -100;
    private static final int EMPTY_PATH = 0x1000;
    private static final int BASIC_AND_BIRTH = 0xFFF;
    private static final int DIRECT_ALIGNMENT = 0x2000;

    // struct statx, the same on every architecture.
    private static final int STATX_LENGTH = 256;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int SIZE = 40;
    private static final int BLOCKS = 48;
    private static final int BIRTH_SECONDS = 80;
    private static final int BIRTH_NANOSECONDS = 88;
    private static final int SPECIAL_DEVICE = 128;
    private static final int CONTAINING_DEVICE = 136;
    private static final int DIRECT_MEMORY = 152;
    private static final int DIRECT_OFFSET = 156;

    private static final int BLOCK = 512;
    private static final long NS_PER_S = 1_000_000_000L;

    /**
     * @param path symbolic links are followed
     * @throws ErrnoException with the errno of statx(2)
     */
    public static FileStatus ofPath(String path) {
        return read(CURRENT_DIRECTORY, path, 0);
    }

    /**
     * @throws ErrnoException with the errno of statx(2)
     */
    public static FileStatus ofDescriptor(int fd) {
        return read(fd, "", EMPTY_PATH);
    }

    private static FileStatus read(int fd, String path, int flags) {
        try (NativeBuffer buffer = new NativeBuffer(STATX_LENGTH)) {
            MemorySlice statx = buffer.slice();
            // Safety: the whole buffer has the length of struct statx.
            int result =
                    Linux.statx(
                            fd,
                            path,
                            flags,
                            BASIC_AND_BIRTH | DIRECT_ALIGNMENT,
                            statx.address(0, STATX_LENGTH));
            Linux.check(result, path.isEmpty() ? "statx" : "stat " + path);
            return new FileStatus(
                    kind(statx.getUnsignedShort(MODE)),
                    statx.getLong(SIZE),
                    statx.getLong(BLOCKS) * BLOCK,
                    device(statx, SPECIAL_DEVICE),
                    device(statx, CONTAINING_DEVICE),
                    statx.getLong(INODE),
                    statx.getLong(BIRTH_SECONDS) * NS_PER_S + statx.getInt(BIRTH_NANOSECONDS),
                    statx.getInt(DIRECT_MEMORY),
                    statx.getInt(DIRECT_OFFSET));
        }
    }

    private static String device(MemorySlice statx, int offset) {
        return statx.getInt(offset) + ":" + statx.getInt(offset + 4);
    }

    private static Kind kind(int mode) {
        return switch (mode & 0xF000) {
            case 0x8000 -> Kind.REGULAR;
            case 0x4000 -> Kind.DIRECTORY;
            case 0x6000 -> Kind.BLOCK_DEVICE;
            default -> Kind.OTHER;
        };
    }
}
