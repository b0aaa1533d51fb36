// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;

/**
 * Moves the data of one request at a time between its slices and a file: scatter and gather without
 * a copy, short results continued. O_DIRECT goes through a bounce buffer where the slices are not
 * aligned. Used by one thread at a time.
 */
final class Transfer implements AutoCloseable {
    /** Limit: IOV_MAX of Linux; a request of more pieces takes several calls. */
    static final int IOVECS_MAX = 1024;

    /** Limit: calls of one request without progress; a signal does not come that often. */
    private static final int INTERRUPTIONS_MAX = 1000;

    /** Limit: bytes of one bounced call; more takes several calls. */
    private static final int BOUNCE_LENGTH = 256 << 10;

    private static final int PAGE = 4096;

    private final FileCalls calls;
    private final int fd;
    private final DirectAlignment alignment;
    private final NativeBuffer buffer =
            new NativeBuffer((long) IOVECS_MAX * SliceList.IOVEC_LENGTH);
    private final MemorySlice iovecs = buffer.slice();
    private NativeBuffer bounceBuffer;
    private MemorySlice bounce;

    Transfer(FileCalls calls, int fd, DirectAlignment alignment) {
        this.calls = calls;
        this.fd = fd;
        this.alignment = alignment;
    }

    /**
     * Reads what can be had without waiting.
     *
     * @return bytes read; what is missing would block, or failed
     */
    long readCached(BlockRequest request) {
        long done = 0;
        while (done < request.length()) {
            int count = fillIovecs(request, done);
            long moved = calls.readCached(fd, iovecsAddress(count), count, request.offset() + done);
            if (moved <= 0) {
                break;
            }
            done += moved;
        }
        return done;
    }

    /** Reads all but the first {@code done} bytes, which are there already. */
    IoStatus read(BlockRequest request, long done) {
        return move(request, done, false);
    }

    /** Writes all but the first {@code done} bytes, which are written already. */
    IoStatus write(BlockRequest request, long done) {
        return move(request, done, true);
    }

    private IoStatus move(BlockRequest request, long start, boolean isWrite) {
        long done = start;
        int interruptions = 0;
        while (done < request.length()) {
            long moved = moveSome(request, done, isWrite);
            if (moved > 0) {
                done += moved;
            } else if (moved == 0 || ++interruptions > INTERRUPTIONS_MAX) {
                // Nothing read inside the capacity: somebody has cut the file short.
                return IoStatus.IO_ERROR;
            } else if (moved != -Linux.EINTR) {
                return Failure.status((int) -moved);
            }
        }
        return IoStatus.OK;
    }

    private long moveSome(BlockRequest request, long done, boolean isWrite) {
        int count = fillIovecs(request, done);
        if (!alignment.isMet(iovecs, count)) {
            return isWrite ? writeBounced(request, done) : readBounced(request, done);
        }
        long offset = request.offset() + done;
        return isWrite
                ? calls.write(fd, iovecsAddress(count), count, offset)
                : calls.read(fd, iovecsAddress(count), count, offset);
    }

    private int fillIovecs(BlockRequest request, long done) {
        return request.data().fillIovecs(done, request.length() - done, iovecs, 0);
    }

    private long iovecsAddress(int count) {
        // Safety: fillIovecs has filled this many.
        return iovecs.address(0, (long) count * SliceList.IOVEC_LENGTH);
    }

    private long readBounced(BlockRequest request, long done) {
        int length = bounceLength(request, done);
        long moved = calls.read(fd, bounceIovec(length), 1, request.offset() + done);
        if (moved > 0) {
            request.data().copyFrom(done, bounce, 0, moved);
            // Here, not in whatever this thread does next: it may be about to unlock something.
            MemoryFaults.raisePending();
        }
        return moved;
    }

    private long writeBounced(BlockRequest request, long done) {
        int length = bounceLength(request, done);
        long iovec = bounceIovec(length);
        request.data().copyTo(done, bounce, 0, length);
        // Before what an earlier request has left there is written in the place of vanished memory.
        MemoryFaults.raisePending();
        return calls.write(fd, iovec, 1, request.offset() + done);
    }

    private static int bounceLength(BlockRequest request, long done) {
        return (int) Math.min(BOUNCE_LENGTH, request.length() - done);
    }

    private long bounceIovec(int length) {
        if (bounce == null) {
            bounceBuffer = new NativeBuffer(BOUNCE_LENGTH + PAGE);
            long address = bounceBuffer.slice().address(0, BOUNCE_LENGTH + PAGE);
            bounce = bounceBuffer.slice().slice(-address & (PAGE - 1), BOUNCE_LENGTH);
        }
        iovecs.putLong(0, bounce.address(0, length));
        iovecs.putLong(8, length);
        return iovecs.address(0, SliceList.IOVEC_LENGTH);
    }

    @Override
    public void close() {
        if (bounceBuffer != null) {
            bounceBuffer.close();
        }
        buffer.close();
    }
}
