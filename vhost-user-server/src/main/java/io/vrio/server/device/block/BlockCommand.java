// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.server.virtqueue.DescriptorChain;
import java.nio.charset.StandardCharsets;

/**
 * What the chain in work asks for (virtio 1.2, 5.2.6): header and range are copied from the guest
 * once, then judged. Header, data and status may be cut into descriptors in any way. One per
 * device, filled anew for each chain.
 *
 * <pre>
 *  readable  | type u32 | reserved u32 | sector u64 | written data, or a range |
 *  writable  | read data | status u8 |
 *  range     | sector u64 | sector count u32 | flags u32 |
 * </pre>
 */
final class BlockCommand implements AutoCloseable {
    static final int HEADER_LENGTH = 16;

    private static final int TYPE = 0;
    private static final int SECTOR = 8;
    private static final int RANGE_LENGTH = 16;
    private static final int RANGE_SECTOR = 0;
    private static final int RANGE_COUNT = 8;
    private static final int RANGE_FLAGS = 12;
    private static final int RANGE_FLAG_UNMAP = 1;

    private static final int TYPE_READ = 0;
    private static final int TYPE_WRITE = 1;
    private static final int TYPE_FLUSH = 4;
    private static final int TYPE_GET_ID = 8;
    private static final int TYPE_DISCARD = 11;
    private static final int TYPE_WRITE_ZEROES = 13;

    /** Legacy drivers may ask for a barrier; every driver that does also flushes. */
    private static final int TYPE_BARRIER_BIT = 0x80000000;

    private static final long SECTOR_LIMIT = Long.MAX_VALUE / DiskProperties.SECTOR;

    private final NativeBuffer buffer = new NativeBuffer(HEADER_LENGTH + RANGE_LENGTH);
    private final MemorySlice header = buffer.slice().slice(0, HEADER_LENGTH);
    private final MemorySlice range = buffer.slice().slice(HEADER_LENGTH, RANGE_LENGTH);
    private final NativeBuffer answers = new NativeBuffer(DiskProperties.SERIAL_MAX);
    private final MemorySlice answer = new MemorySlice();
    private BlockRequestKind kind;
    private long offset;
    private long length;
    private boolean isUnmapAllowed;

    /**
     * Reads the command of a chain that has at least a header and a status byte.
     *
     * @return OK when it can be submitted, else how it ends
     */
    IoStatus parse(DescriptorChain chain, DiskProperties disk) {
        chain.readable().copyTo(0, header, 0, HEADER_LENGTH);
        long sector = header.getLong(SECTOR);
        long writableLength = chain.writable().length() - BlockStatus.LENGTH;
        isUnmapAllowed = false;
        return switch (header.getInt(TYPE) & ~TYPE_BARRIER_BIT) {
            case TYPE_READ -> parseRange(BlockRequestKind.READ, sector, writableLength, disk);
            case TYPE_WRITE -> {
                long readableLength = chain.readable().length() - HEADER_LENGTH;
                yield parseRange(BlockRequestKind.WRITE, sector, readableLength, disk);
            }
            case TYPE_FLUSH -> accept(BlockRequestKind.FLUSH, 0, 0);
            case TYPE_GET_ID -> {
                long idLength = Math.min(writableLength, DiskProperties.SERIAL_MAX);
                yield accept(BlockRequestKind.GET_ID, 0, idLength);
            }
            case TYPE_DISCARD -> parseRangeList(BlockRequestKind.DISCARD, chain.readable(), disk);
            case TYPE_WRITE_ZEROES ->
                    parseRangeList(BlockRequestKind.WRITE_ZEROES, chain.readable(), disk);
            default -> IoStatus.UNSUPPORTED;
        };
    }

    private IoStatus accept(BlockRequestKind newKind, long newOffset, long newLength) {
        kind = newKind;
        offset = newOffset;
        length = newLength;
        return IoStatus.OK;
    }

    private IoStatus parseRange(
            BlockRequestKind newKind, long sector, long newLength, DiskProperties disk) {
        boolean isKnown = BlockFeatures.isKnown(disk);
        if (isKnown && disk.isReadOnly() && newKind.isChange()) {
            return IoStatus.READ_ONLY;
        }
        if (sector < 0 || sector > SECTOR_LIMIT || newLength % DiskProperties.SECTOR != 0) {
            return IoStatus.OUT_OF_RANGE;
        }
        long newOffset = sector * DiskProperties.SECTOR;
        accept(newKind, newOffset, newLength);
        // What is not known is judged below, where the disk is.
        return isKnown ? disk.checkRange(newOffset, newLength) : IoStatus.OK;
    }

    /** DISCARD and WRITE_ZEROES carry a list of ranges; of one range here. */
    private IoStatus parseRangeList(
            BlockRequestKind newKind, SliceList readable, DiskProperties disk) {
        long listLength = readable.length() - HEADER_LENGTH;
        boolean isDiscard = newKind == BlockRequestKind.DISCARD;
        if (BlockFeatures.isKnown(disk)) {
            if (disk.isReadOnly()) {
                return IoStatus.READ_ONLY;
            }
            if (isDiscard && !disk.isDiscardSupported()) {
                return IoStatus.UNSUPPORTED;
            }
        }
        if (listLength != RANGE_LENGTH) {
            return listLength > RANGE_LENGTH ? IoStatus.UNSUPPORTED : IoStatus.IO_ERROR;
        }
        readable.copyTo(HEADER_LENGTH, range, 0, RANGE_LENGTH);
        long count = Integer.toUnsignedLong(range.getInt(RANGE_COUNT));
        int flags = range.getInt(RANGE_FLAGS);
        int countMax =
                isDiscard
                        ? BlockConfigSpace.DISCARD_SECTORS_MAX
                        : BlockConfigSpace.WRITE_ZEROES_SECTORS_MAX;
        if (count > countMax) {
            return IoStatus.OUT_OF_RANGE;
        }
        // UNMAP is the nature of a DISCARD, and not a flag of it.
        if ((flags & ~RANGE_FLAG_UNMAP) != 0 || (isDiscard && flags != 0)) {
            return IoStatus.UNSUPPORTED;
        }
        isUnmapAllowed = flags != 0;
        return parseRange(
                newKind, range.getLong(RANGE_SECTOR), count * DiskProperties.SECTOR, disk);
    }

    BlockRequestKind kind() {
        return kind;
    }

    long offset() {
        return offset;
    }

    long length() {
        return length;
    }

    boolean isUnmapAllowed() {
        return isUnmapAllowed;
    }

    /** As much of the serial as the guest has room for, padded with NUL. Valid until parse. */
    MemorySlice serial(String serial) {
        byte[] bytes = serial.getBytes(StandardCharsets.US_ASCII);
        answer.wrap(answers.slice(), 0, length);
        answer.fill(0, length, (byte) 0);
        answer.putBytes(0, bytes, 0, (int) Math.min(length, bytes.length));
        return answer;
    }

    @Override
    public void close() {
        answers.close();
        buffer.close();
    }
}
