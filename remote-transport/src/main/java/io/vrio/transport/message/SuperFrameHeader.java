// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.memory.MemorySlice;

/**
 * The first bytes of every super-frame's payload. Big endian:
 *
 * <pre>
 *   0  version (1)    1  flags       2  acknowledgement blocks, 0-64 (u16)
 *   4  tag of the receiver (u32)     8  sequence of this super-frame (u64)
 *  16  floor: lowest sequence the sender still wants acknowledged (u64)
 *  24  cumulative acknowledgement (u64)
 *  32  credit: limit of the sequences that the receiver of this frame may use (u64)
 *  40  time unseen (u16)      42  delay (u16), both in us 44  segments (u16)
 *  46  number of the key, 0 when there is none (u16)
 *  48  blocks: offset from the cumulative acknowledgement (u32), in pieces (1 bit), length (31)
 * </pre>
 *
 * The blocks tell what has come from the cumulative acknowledgement on, lowest first, without
 * touching each other. Everything is copied out by accessors once; a view is pointed with {@link
 * #wrap}.
 */
public final class SuperFrameHeader {
    /** Bytes without blocks. */
    public static final int LENGTH = 48;

    /** Bytes of one acknowledgement block. */
    public static final int BLOCK_LENGTH = 8;

    /** Limit: blocks of one header; holes beyond are told by a later frame. */
    public static final int BLOCKS_MAX = 64;

    public static final int VERSION = 1;

    /** The sender keeps this super-frame until it is acknowledged. */
    public static final int RELIABLE = 1;

    /** What follows the header is encrypted, and a tag behind it vouches for all. */
    public static final int SEALED = 2;

    /** Something that the receiver of this has sent has come twice. */
    public static final int TWICE = 4;

    /** Limit: of times that are told; longer ones count as this long. */
    private static final int US_MAX = 0xFFFF;

    /** In the length of a block. */
    private static final int IN_PIECES = 1 << 31;

    private static final int VERSION_OFFSET = 0;
    private static final int FLAGS_OFFSET = 1;
    private static final int BLOCK_COUNT_OFFSET = 2;
    private static final int TAG_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int FLOOR_OFFSET = 16;
    private static final int CUMULATIVE_OFFSET = 24;
    private static final int CREDIT_OFFSET = 32;
    private static final int UNSEEN_OFFSET = 40;
    private static final int DELAY_OFFSET = 42;
    private static final int SEGMENT_COUNT_OFFSET = 44;
    private static final int PHASE_OFFSET = 46;

    private final MemorySlice slice = new MemorySlice();

    /** Points the view at the header; {@code length} bytes of payload follow {@code offset}. */
    public SuperFrameHeader wrap(MemorySlice payload, long offset, long length) {
        slice.wrap(payload, offset, length);
        return this;
    }

    /** Returns why this header cannot be trusted, or null when it can. */
    public String invalidReason() {
        if (slice.length() < LENGTH) {
            return "shorter than a super-frame header";
        }
        if (slice.getByte(VERSION_OFFSET) != VERSION) {
            return "version is not " + VERSION;
        }
        if (blockCount() > BLOCKS_MAX) {
            return "more than " + BLOCKS_MAX + " acknowledgement blocks";
        }
        if (length() > slice.length()) {
            return "acknowledgement blocks reach past the payload";
        }
        // The first may touch the cumulative acknowledgement: pieces of a super-frame not yet
        // whole.
        long previous = cumulative() - 1;
        for (int i = 0; i < blockCount(); i++) {
            boolean mayTouch = i > 0 && isBlockInPieces(i) != isBlockInPieces(i - 1);
            long firstLegal = mayTouch ? previous : previous + 1;
            if (blockStart(i) < firstLegal || blockLimit(i) <= blockStart(i)) {
                return "acknowledgement blocks are not in order";
            }
            previous = blockLimit(i);
        }
        return null;
    }

    /** Whether it stands at {@code sequence} and is for whoever has the tag: no stranger's. */
    public boolean isOf(int tag, long sequence) {
        return slice.length() >= LENGTH
                && slice.getByte(VERSION_OFFSET) == VERSION
                && tag() == tag
                && sequence() == sequence;
    }

    /**
     * Returns why who knows the tag cannot say this, or null when it can.
     *
     * @param next the sequence that the receiver of this header will use next
     */
    public String impossibleReason(long next) {
        // Not by difference: these never wrap, and a difference of odd numbers does.
        if (floor() < 0 || floor() > sequence()) {
            return "the floor is above its own super-frame";
        }
        if (cumulative() < 0 || cumulative() > next) {
            return "acknowledges what was never sent";
        }
        return null;
    }

    /** Bytes of the header with its blocks. */
    public int length() {
        return LENGTH + blockCount() * BLOCK_LENGTH;
    }

    /** Writes all but the blocks. */
    public void write(int tag, long sequence, boolean isReliable) {
        slice.putByte(VERSION_OFFSET, (byte) VERSION);
        slice.putByte(FLAGS_OFFSET, (byte) (isReliable ? RELIABLE : 0));
        slice.putShortBigEndian(BLOCK_COUNT_OFFSET, 0);
        slice.putIntBigEndian(TAG_OFFSET, tag);
        slice.putLongBigEndian(SEQUENCE_OFFSET, sequence);
        slice.putShortBigEndian(SEGMENT_COUNT_OFFSET, 0);
        slice.putShortBigEndian(PHASE_OFFSET, 0);
    }

    public void writeWindow(long floor, long cumulative, long credit, int delayUs) {
        slice.putLongBigEndian(FLOOR_OFFSET, floor);
        slice.putLongBigEndian(CUMULATIVE_OFFSET, cumulative);
        slice.putLongBigEndian(CREDIT_OFFSET, credit);
        writeUnseen(0);
        slice.putShortBigEndian(DELAY_OFFSET, (short) Math.min(US_MAX, delayUs));
    }

    /** How long the newest that is acknowledged may have waited before it was received. */
    public void writeUnseen(int unseenUs) {
        slice.putShortBigEndian(UNSEEN_OFFSET, (short) Math.min(US_MAX, unseenUs));
    }

    /** Tells that something has come twice since the last time. */
    public void writeTwice() {
        addFlag(TWICE);
    }

    private void addFlag(int flag) {
        slice.putByte(FLAGS_OFFSET, (byte) (slice.getByte(FLAGS_OFFSET) | flag));
    }

    public boolean isTwice() {
        return (slice.getByte(FLAGS_OFFSET) & TWICE) != 0;
    }

    /** Adds a block behind those there are. */
    public void addBlock(long start, long limit) {
        addBlock(start, limit, 0);
    }

    /** Adds a block of what has come in pieces of super-frames that have not been opened yet. */
    public void addBlockInPieces(long start, long limit) {
        addBlock(start, limit, IN_PIECES);
    }

    private void addBlock(long start, long limit, int flag) {
        int index = blockCount();
        long at = LENGTH + (long) index * BLOCK_LENGTH;
        slice.putIntBigEndian(at, (int) (start - cumulative()));
        slice.putIntBigEndian(at + 4, (int) (limit - start) | flag);
        slice.putShortBigEndian(BLOCK_COUNT_OFFSET, index + 1);
    }

    public void writeSegmentCount(int count) {
        slice.putShortBigEndian(SEGMENT_COUNT_OFFSET, count);
    }

    /** The header is complete: the last change before sealing, with the key of this number. */
    public void writeSeal(int phase) {
        addFlag(SEALED);
        slice.putShortBigEndian(PHASE_OFFSET, phase);
    }

    public boolean isSealed() {
        return (slice.getByte(FLAGS_OFFSET) & SEALED) != 0;
    }

    /** The low 16 bits of the key's number. */
    public int phase() {
        return slice.getUnsignedShortBigEndian(PHASE_OFFSET);
    }

    public boolean isReliable() {
        return (slice.getByte(FLAGS_OFFSET) & RELIABLE) != 0;
    }

    public int blockCount() {
        return slice.getUnsignedShortBigEndian(BLOCK_COUNT_OFFSET);
    }

    public int tag() {
        return slice.getIntBigEndian(TAG_OFFSET);
    }

    public long sequence() {
        return slice.getLongBigEndian(SEQUENCE_OFFSET);
    }

    public long floor() {
        return slice.getLongBigEndian(FLOOR_OFFSET);
    }

    public long cumulative() {
        return slice.getLongBigEndian(CUMULATIVE_OFFSET);
    }

    public long credit() {
        return slice.getLongBigEndian(CREDIT_OFFSET);
    }

    /** How long the newest that is acknowledged has waited since it was received. */
    public int delayUs() {
        return slice.getUnsignedShortBigEndian(DELAY_OFFSET);
    }

    /** How long before that it may have come. */
    public int unseenUs() {
        return slice.getUnsignedShortBigEndian(UNSEEN_OFFSET);
    }

    public int segmentCount() {
        return slice.getUnsignedShortBigEndian(SEGMENT_COUNT_OFFSET);
    }

    public long blockStart(int index) {
        long offset = slice.getIntBigEndian(LENGTH + (long) index * BLOCK_LENGTH) & 0xFFFF_FFFFL;
        return cumulative() + offset;
    }

    public long blockLimit(int index) {
        return blockStart(index) + (blockLength(index) & ~IN_PIECES);
    }

    /** Whether nobody vouches for a block: its bytes may be a stranger's, and not the peer's. */
    public boolean isBlockInPieces(int index) {
        return (blockLength(index) & IN_PIECES) != 0;
    }

    private int blockLength(int index) {
        return slice.getIntBigEndian(LENGTH + (long) index * BLOCK_LENGTH + 4);
    }
}
