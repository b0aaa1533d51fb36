// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;

/**
 * The virtio_net_hdr between a frame and the kernel (linux/virtio_net.h), little endian: {@code {u8
 * flags; u8 gsoType; u16 headerLength; u16 gsoSize; u16 checksumStart; u16 checksumOffset}}; taps
 * add {@code u16 bufferCount}, which means nothing there.
 */
final class VnetHeader {
    /** Bytes without the count of buffers. */
    static final int LENGTH = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private VnetHeader() {}

    /** Writes what {@link NetFrame#invalidReason} has found to be valid. */
    static void write(NetFrame frame, MemorySlice target) {
        // Whether a checksum has been verified is not for a guest to say.
        target.putByte(FLAGS, (byte) (frame.flags() & NetFrame.NEEDS_CHECKSUM));
        target.putByte(GSO_TYPE, (byte) frame.gsoType());
        target.putShort(HEADER_LENGTH, (short) headerLength(frame));
        target.putShort(GSO_SIZE, (short) frame.gsoSize());
        target.putShort(CHECKSUM_START, (short) frame.checksumStart());
        target.putShort(CHECKSUM_OFFSET, (short) frame.checksumOffset());
    }

    /** The kernel refuses frames over a hint that cannot be true; without one it looks itself. */
    private static int headerLength(NetFrame frame) {
        int hint = frame.headerLength();
        return hint < NetFrame.ETHERNET_LENGTH || hint > frame.length() ? 0 : hint;
    }

    /** Reads the description of a frame that has begun. */
    static void read(MemorySlice source, NetFrame frame) {
        frame.offload(
                        source.getUnsignedByte(FLAGS),
                        source.getUnsignedByte(GSO_TYPE),
                        source.getUnsignedShort(HEADER_LENGTH),
                        source.getUnsignedShort(GSO_SIZE))
                .checksum(
                        source.getUnsignedShort(CHECKSUM_START),
                        source.getUnsignedShort(CHECKSUM_OFFSET));
    }
}
