// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.DiskProperties;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.device.ConfigMemory;

/**
 * The configuration space of a virtio block device (virtio 1.2, 5.2.4), little endian.
 *
 * <pre>
 *   0 capacity u64, in sectors        36 max_discard_sectors u32
 *   8 size_max u32                    40 max_discard_seg u32
 *  12 seg_max u32                     44 discard_sector_alignment u32
 *  16 geometry                        48 max_write_zeroes_sectors u32
 *  20 blk_size u32                    52 max_write_zeroes_seg u32
 *  24 physical_block_exp u8           56 write_zeroes_may_unmap u8
 *  25 alignment_offset u8             57 unused
 *  26 min_io_size u16, in blocks      60
 *  28 opt_io_size u32, in blocks
 *  32 writeback u8
 *  34 num_queues u16
 * </pre>
 */
final class BlockConfigSpace implements AutoCloseable {
    static final int LENGTH = 60;

    /** Limit: data segments of a request; with header and status it fits into a ring of 128. */
    static final int SEGMENTS_MAX = 126;

    /** Limit: sectors of one DISCARD, 256 MiB: a file system does it at one go. */
    static final int DISCARD_SECTORS_MAX = 1 << 19;

    /** Limit: sectors of one WRITE_ZEROES, 16 MiB: a backend may have to write them. */
    static final int WRITE_ZEROES_SECTORS_MAX = 1 << 15;

    private static final int CAPACITY = 0;
    private static final int SEG_MAX = 12;
    private static final int BLK_SIZE = 20;
    private static final int PHYSICAL_BLOCK_EXP = 24;
    private static final int MIN_IO_SIZE = 26;
    private static final int OPT_IO_SIZE = 28;
    private static final int WRITEBACK = 32;
    private static final int NUM_QUEUES = 34;
    private static final int MAX_DISCARD_SECTORS = 36;
    private static final int MAX_DISCARD_SEG = 40;
    private static final int DISCARD_SECTOR_ALIGNMENT = 44;
    private static final int MAX_WRITE_ZEROES_SECTORS = 48;
    private static final int MAX_WRITE_ZEROES_SEG = 52;
    private static final int WRITE_ZEROES_MAY_UNMAP = 56;

    private final ConfigMemory memory = new ConfigMemory(LENGTH);
    private final MemorySlice space = memory.bytes();

    BlockConfigSpace(int queueCount) {
        space.putInt(SEG_MAX, SEGMENTS_MAX);
        space.putShort(NUM_QUEUES, (short) queueCount);
        space.putInt(MAX_DISCARD_SECTORS, DISCARD_SECTORS_MAX);
        space.putInt(MAX_DISCARD_SEG, 1);
        space.putInt(MAX_WRITE_ZEROES_SECTORS, WRITE_ZEROES_SECTORS_MAX);
        space.putInt(MAX_WRITE_ZEROES_SEG, 1);
        space.putByte(WRITE_ZEROES_MAY_UNMAP, (byte) 1);
    }

    void describe(DiskProperties disk) {
        int block = disk.logicalBlockSize();
        int physicalBlocks = Math.max(1, disk.physicalBlockSize() / block);
        space.putLong(CAPACITY, disk.capacity() / DiskProperties.SECTOR);
        space.putInt(BLK_SIZE, block);
        space.putByte(PHYSICAL_BLOCK_EXP, (byte) Integer.numberOfTrailingZeros(physicalBlocks));
        space.putShort(MIN_IO_SIZE, (short) physicalBlocks);
        space.putInt(OPT_IO_SIZE, disk.optimalIoSize() / block);
        space.putInt(DISCARD_SECTOR_ALIGNMENT, block / DiskProperties.SECTOR);
    }

    boolean isWriteback() {
        return space.getByte(WRITEBACK) != 0;
    }

    void setWriteback(boolean isWriteback) {
        space.putByte(WRITEBACK, (byte) (isWriteback ? 1 : 0));
    }

    /** Whether a driver may write this range: the writeback byte alone. */
    static boolean isWritable(int offset, long length) {
        return offset == WRITEBACK && length == 1;
    }

    /** See {@link ConfigMemory#read}. */
    void read(int offset, MemorySlice target) {
        memory.read(offset, target);
    }

    @Override
    public void close() {
        memory.close();
    }
}
