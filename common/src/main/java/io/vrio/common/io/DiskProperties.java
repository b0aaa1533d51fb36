// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/**
 * What a disk is, as its users see it.
 *
 * @param capacity bytes, a multiple of 512; 0 while the disk has not been reached yet
 * @param logicalBlockSize bytes, a power of two from 512 to 65536; requests are whole blocks
 * @param physicalBlockSize bytes, a power of two, at least the logical size
 * @param optimalIoSize bytes, 0 for no preference
 * @param isReadOnly refuses whatever {@link BlockRequestKind#isChange} tells of
 * @param hasWriteCache whether ended writes need a FLUSH to be durable
 * @param isDiscardSupported whether DISCARD gives space back
 * @param serial 0-20 ASCII characters
 */
public record DiskProperties(
        long capacity,
        int logicalBlockSize,
        int physicalBlockSize,
        int optimalIoSize,
        boolean isReadOnly,
        boolean hasWriteCache,
        boolean isDiscardSupported,
        String serial) {
    /** Limit: data bytes of one request; the device cuts what is longer into several. */
    public static final int TRANSFER_MAX = 4 << 20;

    public static final int SECTOR = 512;
    public static final int SERIAL_MAX = 20;

    /** A writable disk of 512-byte blocks with a volatile cache, the usual case. */
    public static DiskProperties ofCapacity(long capacity, String serial) {
        return new DiskProperties(capacity, SECTOR, 4096, 0, false, true, true, serial);
    }

    public DiskProperties withCapacity(long newCapacity) {
        return new DiskProperties(
                newCapacity,
                logicalBlockSize,
                physicalBlockSize,
                optimalIoSize,
                isReadOnly,
                hasWriteCache,
                isDiscardSupported,
                serial);
    }

    /** Returns why a range cannot be on this disk, or OK. */
    public IoStatus checkRange(long offset, long length) {
        int mask = logicalBlockSize - 1;
        if (offset < 0 || length < 0 || ((offset | length) & mask) != 0) {
            return IoStatus.OUT_OF_RANGE;
        }
        // By difference: offset + length may overflow.
        return offset > capacity || length > capacity - offset
                ? IoStatus.OUT_OF_RANGE
                : IoStatus.OK;
    }

    /** Returns why this request cannot be executed on this disk, or OK. */
    public IoStatus check(BlockRequest request) {
        if (isReadOnly && request.kind().isChange()) {
            return IoStatus.READ_ONLY;
        }
        return request.kind().hasRange()
                ? checkRange(request.offset(), request.length())
                : IoStatus.OK;
    }
}
