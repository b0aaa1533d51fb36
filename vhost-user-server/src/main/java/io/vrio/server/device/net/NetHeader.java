// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * Our copy of what a guest and its NIC say of a frame (virtio 1.2, 5.1.6), little endian. One per
 * queue, filled anew for each frame.
 *
 * <pre>
 *  0       1          2             4          6            8             10            12
 *  | flags | gso_type | hdr_len u16 | gso_size | csum_start | csum_offset | num_buffers |
 * </pre>
 */
final class NetHeader implements AutoCloseable {
    /** Bytes; without the last field for a legacy driver that has no mergeable buffers. */
    static final int LENGTH = 12;

    static final int LEGACY_LENGTH = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADERS_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int NUM_BUFFERS = 10;

    private final NativeBuffer buffer = new NativeBuffer(LENGTH);
    private final MemorySlice header = buffer.slice();

    /**
     * Reads what a guest says of a frame; what it does not need to say is left out.
     *
     * @param chain at least as long as a header
     */
    void readFrom(SliceList chain, NetFrame frame) {
        chain.copyTo(0, header, 0, LEGACY_LENGTH);
        // That a checksum was verified is not a guest's to say, and other flags are to be ignored.
        int flags = header.getUnsignedByte(FLAGS) & NetFrame.NEEDS_CHECKSUM;
        int gsoType = header.getUnsignedByte(GSO_TYPE);
        if (gsoType == NetFrame.GSO_NONE) {
            frame.offload(flags, gsoType, 0, 0);
        } else {
            frame.offload(
                    flags,
                    gsoType,
                    header.getUnsignedShort(HEADERS_LENGTH),
                    header.getUnsignedShort(GSO_SIZE));
        }
        if (flags != 0) {
            frame.checksum(
                    header.getUnsignedShort(CHECKSUM_START),
                    header.getUnsignedShort(CHECKSUM_OFFSET));
        }
    }

    /**
     * Says to a guest what there is to say of a frame.
     *
     * @param flags those of the frame's that the guest knows
     * @param length {@link #LENGTH} or {@link #LEGACY_LENGTH}
     */
    void writeTo(SliceList target, NetFrame frame, int flags, int bufferCount, int length) {
        boolean needsChecksum = (flags & NetFrame.NEEDS_CHECKSUM) != 0;
        header.putByte(FLAGS, (byte) flags);
        header.putByte(GSO_TYPE, (byte) frame.gsoType());
        header.putShort(HEADERS_LENGTH, (short) frame.headerLength());
        header.putShort(GSO_SIZE, (short) frame.gsoSize());
        header.putShort(CHECKSUM_START, (short) (needsChecksum ? frame.checksumStart() : 0));
        header.putShort(CHECKSUM_OFFSET, (short) (needsChecksum ? frame.checksumOffset() : 0));
        header.putShort(NUM_BUFFERS, (short) bufferCount);
        target.copyFrom(0, header, 0, length);
    }

    @Override
    public void close() {
        buffer.close();
    }
}
