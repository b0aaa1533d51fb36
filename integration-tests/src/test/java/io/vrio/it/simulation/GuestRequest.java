// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.SplittableRandom;

/** One request of the guest: what it asks for, where it is in memory, what it may find. */
final class GuestRequest {
    /** Bytes of the header before, and of the status after, the data. */
    static final int HEADER = 16;

    private static final int RANGE = 16;
    private static final int SERIAL = 20;
    private static final int UNMAP = 1;
    private static final byte NO_STATUS = (byte) 0xEE;

    /** What a guest asks for, and the code of it in a request's header. */
    enum Kind {
        READ(0, true),
        WRITE(1, true),
        FLUSH(4, false),
        GET_ID(8, false),
        DISCARD(11, true),
        WRITE_ZEROES(13, true),
        /** No disk knows it. */
        UNKNOWN(99, false),
        /** Reaches past the end of the disk. */
        READ_BEYOND(0, false);

        private final int code;
        private final boolean hasRange;

        Kind(int code, boolean hasRange) {
            this.code = code;
            this.hasRange = hasRange;
        }

        /** Whether it occupies sectors of the disk. */
        boolean hasRange() {
            return hasRange;
        }
    }

    final RequestMemory memory;

    /** Where its descriptors are when they are in a table of their own. */
    final long tableAddress;

    /** As long as the longest request; shared by all, since each is looked at on its own. */
    private final NativeBuffer scratch;

    Kind kind;
    int first;
    int count;
    long version;
    long begunAt;

    /** When the device can have taken it, at the earliest; known when it is in the used ring. */
    long servedSince;

    /** What it does to sectors; null when it does nothing. */
    SectorOperation operation;

    GuestRequest(RequestMemory memory, NativeBuffer scratch, long tableAddress) {
        this.memory = memory;
        this.scratch = scratch;
        this.tableAddress = tableAddress;
    }

    /** Puts the request into guest memory. */
    void write(int piecesMax, SplittableRandom random) {
        memory.lay(HEADER + readableData(), writableData() + 1, piecesMax, random);
        MemorySlice bytes = scratch.slice();
        bytes.putInt(0, kind.code);
        bytes.putInt(4, 0);
        bytes.putLong(8, first);
        memory.readable().copyFrom(0, bytes, 0, HEADER);
        switch (kind) {
            case WRITE -> SectorHistory.fill(bytes, first, count, version);
            case DISCARD -> putRange(bytes, 0);
            case WRITE_ZEROES -> putRange(bytes, random.nextBoolean() ? UNMAP : 0);
            case READ, FLUSH, GET_ID, UNKNOWN, READ_BEYOND -> {
                // A header is all.
            }
        }
        memory.readable().copyFrom(HEADER, bytes, 0, readableData());
        memory.writable().putByte(writableData(), NO_STATUS);
    }

    private void putRange(MemorySlice bytes, int flags) {
        bytes.putLong(0, first);
        bytes.putInt(8, count);
        bytes.putInt(12, flags);
    }

    private int readableData() {
        return switch (kind) {
            case WRITE -> count * SectorHistory.SECTOR;
            case DISCARD, WRITE_ZEROES -> RANGE;
            case READ, FLUSH, GET_ID, UNKNOWN, READ_BEYOND -> 0;
        };
    }

    private int writableData() {
        return switch (kind) {
            case READ, READ_BEYOND -> count * SectorHistory.SECTOR;
            case GET_ID -> SERIAL;
            case WRITE, FLUSH, DISCARD, WRITE_ZEROES, UNKNOWN -> 0;
        };
    }

    /** The status byte that the device has written. */
    int status() {
        memory.writable().copyTo(writableData(), scratch.slice(), 0, 1);
        return scratch.slice().getByte(0);
    }

    /** What the device must have said to have written, all being well or not. */
    int usedLength(boolean isOk) {
        return isOk ? writableData() + 1 : 1;
    }

    /** What was read; valid until another request is looked at. */
    MemorySlice data() {
        memory.writable().copyTo(0, scratch.slice(), 0, writableData());
        return scratch.slice();
    }

    /** Whether its sectors overlap with those of another one. */
    boolean overlaps(GuestRequest other) {
        return kind.hasRange()
                && other.kind.hasRange()
                && first < other.first + other.count
                && other.first < first + count;
    }

    /** What it is now; the request itself becomes another one. */
    Name name() {
        return new Name(kind, first, count, version);
    }

    /** What a request is called in a journal. */
    record Name(Kind kind, int first, int count, long version) {
        @Override
        public String toString() {
            return kind + " " + first + "+" + count + (version == 0 ? "" : " version " + version);
        }
    }

    @Override
    public String toString() {
        return name().toString();
    }
}
