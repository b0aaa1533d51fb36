// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Guest memory for one request at a time: its readable and writable bytes, cut into pieces in any
 * way, with ground around them that nobody may touch.
 */
final class RequestMemory {
    /** Bytes for gaps and alignment beside the request's own, at most. */
    static final int OVERHEAD = 4096;

    private static final byte UNTOUCHED = (byte) 0xA5;
    private static final int GAP_MAX = 16;
    private static final long UNTOUCHED_WORD = 0xA5A5_A5A5_A5A5_A5A5L;

    private final GuestRam ram;
    private final long address;
    private final int length;
    private final List<Buffer> buffers = new ArrayList<>();
    private final SliceList readable = new SliceList();
    private final SliceList writable = new SliceList();
    private int used;

    /**
     * @param length the longest request, with {@link #OVERHEAD}
     */
    RequestMemory(GuestRam ram, int length) {
        this.ram = ram;
        this.length = length;
        address = ram.allocate(length, 512);
        ram.at(address, length).fill(0, length, UNTOUCHED);
    }

    /**
     * Finds places for a request's bytes, in at most {@code piecesMax} pieces: one at least for the
     * readable and one for the writable ones, when there are any.
     */
    void lay(int readableLength, int writableLength, int piecesMax, SplittableRandom random) {
        checkUntouched();
        buffers.clear();
        readable.clear();
        writable.clear();
        used = 0;
        int kept = writableLength > 0 ? 1 : 0;
        int readablePieces = pieces(readableLength, piecesMax - kept, random);
        int writablePieces = pieces(writableLength, piecesMax - readablePieces, random);
        cut(readable, readableLength, readablePieces, false, random);
        cut(writable, writableLength, writablePieces, true, random);
        used = Math.min(length, used + GAP_MAX);
    }

    private static int pieces(int bytes, int piecesMax, SplittableRandom random) {
        return bytes == 0 ? 0 : 1 + random.nextInt(Math.min(piecesMax, bytes));
    }

    private void cut(
            SliceList list, int bytes, int pieces, boolean isWritable, SplittableRandom random) {
        int left = bytes;
        for (int i = pieces; i > 0; i--) {
            int piece = i == 1 ? left : 1 + random.nextInt(Math.min(left - i + 1, 2 * left / i));
            used += random.nextInt(GAP_MAX);
            list.add(ram.at(address + used, piece), 0, piece);
            buffers.add(new Buffer(address + used, piece, isWritable));
            used += piece;
            left -= piece;
        }
    }

    List<Buffer> buffers() {
        return buffers;
    }

    SliceList readable() {
        return readable;
    }

    SliceList writable() {
        return writable;
    }

    /** The request has ended, or is forgotten: nothing else was touched, nothing will be. */
    void free() {
        readable.fill(0, readable.length(), UNTOUCHED);
        writable.fill(0, writable.length(), UNTOUCHED);
        checkUntouched();
    }

    /**
     * @throws AssertionError when somebody has written where no request is
     */
    void checkUntouched() {
        MemorySlice ground = ram.at(address, used);
        int words = used / Long.BYTES * Long.BYTES;
        for (int at = 0; at < words; at += Long.BYTES) {
            if (ground.getLong(at) != UNTOUCHED_WORD) {
                throw touched(at);
            }
        }
        for (int at = words; at < used; at++) {
            if (ground.getByte(at) != UNTOUCHED) {
                throw touched(at);
            }
        }
    }

    private AssertionError touched(int at) {
        return new AssertionError(
                "guest memory outside of all requests was written, at or soon after byte "
                        + at
                        + " of "
                        + used);
    }
}
