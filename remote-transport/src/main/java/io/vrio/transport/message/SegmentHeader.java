// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.memory.MemorySlice;

/**
 * The header before each segment in a super-frame. Big endian:
 *
 * <pre>
 *   0  kind (u8)   1  zero (u8)   2  flow (u16)   4  message id (u32)
 *   8  message length (u32)      12  segment offset in the message (u32)
 *  16  segment length (u32)      20  zero (u32)
 * </pre>
 */
public final class SegmentHeader {
    public static final int LENGTH = 24;

    /** Limit: bytes of one message: the largest transfer and its own header. */
    public static final int MESSAGE_MAX = (4 << 20) + 64;

    private static final int KIND_OFFSET = 0;
    private static final int FLOW_OFFSET = 2;
    private static final int ID_OFFSET = 4;
    private static final int MESSAGE_LENGTH_OFFSET = 8;
    private static final int SEGMENT_OFFSET_OFFSET = 12;
    private static final int SEGMENT_LENGTH_OFFSET = 16;
    private static final int ZERO_OFFSET = 20;

    private final MemorySlice slice = new MemorySlice();

    /** Points the view at a header; {@code length} bytes of payload are left from there. */
    public SegmentHeader wrap(MemorySlice payload, long offset, long length) {
        slice.wrap(payload, offset, length);
        return this;
    }

    public void write(
            MessageKind kind, int flow, int id, int messageLength, int offset, int length) {
        slice.putShort(KIND_OFFSET, (short) kind.code());
        slice.putShortBigEndian(FLOW_OFFSET, flow);
        slice.putIntBigEndian(ID_OFFSET, id);
        slice.putIntBigEndian(MESSAGE_LENGTH_OFFSET, messageLength);
        slice.putIntBigEndian(SEGMENT_OFFSET_OFFSET, offset);
        slice.putIntBigEndian(SEGMENT_LENGTH_OFFSET, length);
        slice.putInt(ZERO_OFFSET, 0);
    }

    /** Returns why this header cannot be trusted, or null when it can. */
    public String invalidReason() {
        if (slice.length() < LENGTH) {
            return "shorter than a segment header";
        }
        if (kind() == null) {
            return "unknown message kind";
        }
        if (messageLength() <= 0 || messageLength() > MESSAGE_MAX) {
            return "message length is not 1 to " + MESSAGE_MAX;
        }
        if (segmentLength() <= 0 || segmentOffset() < 0) {
            return "segment is empty or its offset is negative";
        }
        // By difference: offset + length may overflow.
        if (segmentLength() > messageLength() - segmentOffset()) {
            return "segment reaches past its message";
        }
        if (segmentLength() > slice.length() - LENGTH) {
            return "segment reaches past its super-frame";
        }
        return null;
    }

    /**
     * Points the view at each of {@code count} segments that follow each other, and returns why one
     * cannot be trusted, or null when all can.
     */
    public String invalidReason(MemorySlice payload, long offset, long length, int count) {
        long at = 0;
        for (int i = 0; i < count; i++) {
            wrap(payload, offset + at, length - at);
            String reason = invalidReason();
            if (reason != null) {
                return "segment " + i + ": " + reason;
            }
            at += LENGTH + segmentLength();
        }
        return null;
    }

    public MessageKind kind() {
        return MessageKind.ofCode(slice.getUnsignedByte(KIND_OFFSET));
    }

    public int flow() {
        return slice.getUnsignedShortBigEndian(FLOW_OFFSET);
    }

    public int id() {
        return slice.getIntBigEndian(ID_OFFSET);
    }

    public int messageLength() {
        return slice.getIntBigEndian(MESSAGE_LENGTH_OFFSET);
    }

    public int segmentOffset() {
        return slice.getIntBigEndian(SEGMENT_OFFSET_OFFSET);
    }

    public int segmentLength() {
        return slice.getIntBigEndian(SEGMENT_LENGTH_OFFSET);
    }
}
