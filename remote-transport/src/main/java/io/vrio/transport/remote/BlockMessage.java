// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;

/**
 * The headers of block messages. Big endian:
 *
 * <pre>
 *   request    0  kind (u8)   1  flags (u8)   2  zero (6 bytes)
 *              8  offset on the disk (u64)   16  length (u64)   24  zero (u64)   32  data
 *   response   0  status (u8) 1  zero (15 bytes)                               16  data
 * </pre>
 */
final class BlockMessage {
    static final int REQUEST_LENGTH = 32;
    static final int RESPONSE_LENGTH = 16;

    private static final int KIND_OFFSET = 0;
    private static final int FLAGS_OFFSET = 1;
    private static final int POSITION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 16;
    private static final int STATUS_OFFSET = 0;
    private static final int UNMAP = 1;

    private BlockMessage() {}

    static void writeRequest(MemorySlice header, BlockRequest request) {
        header.fill(0, REQUEST_LENGTH, (byte) 0);
        header.putByte(KIND_OFFSET, (byte) request.kind().code());
        header.putByte(FLAGS_OFFSET, (byte) (request.isUnmapAllowed() ? UNMAP : 0));
        header.putLongBigEndian(POSITION_OFFSET, request.offset());
        header.putLongBigEndian(LENGTH_OFFSET, request.length());
    }

    /** The kind, or null when this version does not know it. */
    static BlockRequestKind kind(MemorySlice header, long at) {
        return BlockRequestKind.ofCode(header.getUnsignedByte(at + KIND_OFFSET));
    }

    static boolean isUnmapAllowed(MemorySlice header, long at) {
        return (header.getByte(at + FLAGS_OFFSET) & UNMAP) != 0;
    }

    static long position(MemorySlice header, long at) {
        return header.getLongBigEndian(at + POSITION_OFFSET);
    }

    static long length(MemorySlice header, long at) {
        return header.getLongBigEndian(at + LENGTH_OFFSET);
    }

    static void writeResponse(MemorySlice header, IoStatus status) {
        header.fill(0, RESPONSE_LENGTH, (byte) 0);
        header.putByte(STATUS_OFFSET, (byte) status.code());
    }

    static IoStatus status(MemorySlice header, long at) {
        return IoStatus.ofCode(header.getUnsignedByte(at + STATUS_OFFSET));
    }

    /** Whether an answer that is OK carries {@code length} bytes of data. */
    static boolean isAnsweredWithData(BlockRequestKind kind) {
        return switch (kind) {
            case READ, GET_ID -> true;
            case WRITE, FLUSH, DISCARD, WRITE_ZEROES -> false;
        };
    }
}
