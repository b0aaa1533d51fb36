// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;

/**
 * What stands before each frame of a NIC in a message of kind FRAMES. Big endian:
 *
 * <pre>
 *   0  length of the frame (u32)   4  flags (u8)   5  GSO type (u8)   6  header length (u16)
 *   8  GSO size (u16)   10  checksum start (u16)   12  checksum offset (u16)   14  queue (u16)
 * </pre>
 */
public final class FrameRecord {
    public static final int LENGTH = 16;

    private static final int FLAGS_OFFSET = 4;
    private static final int GSO_TYPE_OFFSET = 5;
    private static final int HEADER_LENGTH_OFFSET = 6;
    private static final int GSO_SIZE_OFFSET = 8;
    private static final int CHECKSUM_START_OFFSET = 10;
    private static final int CHECKSUM_OFFSET_OFFSET = 12;
    private static final int QUEUE_OFFSET = 14;

    private FrameRecord() {}

    /** Writes what is said of a frame, not the frame. */
    public static void write(MemorySlice target, long at, NetFrame frame) {
        target.putIntBigEndian(at, frame.length());
        target.putByte(at + FLAGS_OFFSET, (byte) frame.flags());
        target.putByte(at + GSO_TYPE_OFFSET, (byte) frame.gsoType());
        target.putShortBigEndian(at + HEADER_LENGTH_OFFSET, frame.headerLength());
        target.putShortBigEndian(at + GSO_SIZE_OFFSET, frame.gsoSize());
        target.putShortBigEndian(at + CHECKSUM_START_OFFSET, frame.checksumStart());
        target.putShortBigEndian(at + CHECKSUM_OFFSET_OFFSET, frame.checksumOffset());
        target.putShortBigEndian(at + QUEUE_OFFSET, frame.queue());
    }

    /** Bytes of the frame behind it: the peer's word. */
    public static long frameLength(MemorySlice source, long at) {
        return source.getIntBigEndian(at) & 0xFFFF_FFFFL;
    }

    /** Begins a frame as the peer describes it, still without data. */
    public static void read(MemorySlice source, long at, NetFrame frame) {
        frame.begin(source.getUnsignedShortBigEndian(at + QUEUE_OFFSET))
                .offload(
                        source.getUnsignedByte(at + FLAGS_OFFSET),
                        source.getUnsignedByte(at + GSO_TYPE_OFFSET),
                        source.getUnsignedShortBigEndian(at + HEADER_LENGTH_OFFSET),
                        source.getUnsignedShortBigEndian(at + GSO_SIZE_OFFSET))
                .checksum(
                        source.getUnsignedShortBigEndian(at + CHECKSUM_START_OFFSET),
                        source.getUnsignedShortBigEndian(at + CHECKSUM_OFFSET_OFFSET));
    }
}
