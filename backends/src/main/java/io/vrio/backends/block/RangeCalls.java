// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;

/**
 * DISCARD and WRITE_ZEROES on a file or block device. Stateless but for constant memory, so that
 * any thread of the slow lane may use it; owned by the disk.
 */
final class RangeCalls implements AutoCloseable {
    private static final int KEEP_SIZE = 0x01;
    static final int PUNCH_HOLE = 0x02 | KEEP_SIZE;
    static final int ZERO_RANGE = 0x10 | KEEP_SIZE;

    /** Limit: bytes of one step when zeroes are written, so that memory stays small. */
    private static final int STEP_LENGTH = 1 << 20;

    private static final int ZEROES_LENGTH = 64 << 10;
    private static final int PAGE = 4096;
    private static final int INTERRUPTIONS_MAX = 1000;

    private final FileCalls calls;
    private final int fd;
    private final boolean isDevice;

    /** A page-aligned run of zeroes, and iovecs that all point to it. Never written again. */
    private final NativeBuffer zeroes = new NativeBuffer(ZEROES_LENGTH + PAGE);

    private final NativeBuffer iovecs =
            new NativeBuffer((long) STEP_LENGTH / ZEROES_LENGTH * SliceList.IOVEC_LENGTH);

    RangeCalls(FileCalls calls, int fd, boolean isDevice) {
        this.calls = calls;
        this.fd = fd;
        this.isDevice = isDevice;
        long address = zeroes.slice().address(0, ZEROES_LENGTH + PAGE);
        long aligned = zeroes.slice().address(-address & (PAGE - 1), ZEROES_LENGTH);
        for (long at = 0; at < iovecs.slice().length(); at += SliceList.IOVEC_LENGTH) {
            iovecs.slice().putLong(at, aligned);
            iovecs.slice().putLong(at + 8, ZEROES_LENGTH);
        }
    }

    IoStatus discard(BlockRequest request) {
        if (request.length() == 0) {
            return IoStatus.OK;
        }
        int result = isDevice ? discardOnDevice(request) : allocate(PUNCH_HOLE, request);
        return result == 0 ? IoStatus.OK : Failure.status(-result);
    }

    private int discardOnDevice(BlockRequest request) {
        try (NativeBuffer buffer = new NativeBuffer(16)) {
            MemorySlice range = buffer.slice();
            range.putLong(0, request.offset());
            range.putLong(8, request.length());
            // Safety: BLKDISCARD reads two 64-bit numbers.
            return calls.discardOnDevice(fd, range.address(0, 16));
        }
    }

    /** Tries what gives space back, then what keeps it, then writes. */
    IoStatus writeZeroes(BlockRequest request) {
        if (request.length() == 0) {
            return IoStatus.OK;
        }
        int result = -Linux.EOPNOTSUPP;
        if (request.isUnmapAllowed()) {
            result = allocate(PUNCH_HOLE, request);
        }
        if (result == -Linux.EOPNOTSUPP) {
            result = allocate(ZERO_RANGE, request);
        }
        if (result == -Linux.EOPNOTSUPP) {
            return writeInSteps(request);
        }
        return result == 0 ? IoStatus.OK : Failure.status(-result);
    }

    private int allocate(int mode, BlockRequest request) {
        int result = -Linux.EINTR;
        for (int i = 0; i < INTERRUPTIONS_MAX && result == -Linux.EINTR; i++) {
            result = calls.allocate(fd, mode, request.offset(), request.length());
        }
        return result;
    }

    private IoStatus writeInSteps(BlockRequest request) {
        long done = 0;
        int interruptions = 0;
        while (done < request.length()) {
            long moved = writeSome(request.offset() + done, request.length() - done);
            if (moved > 0) {
                done += moved;
            } else if (moved != -Linux.EINTR || ++interruptions > INTERRUPTIONS_MAX) {
                return Failure.status((int) -moved);
            }
        }
        return IoStatus.OK;
    }

    private long writeSome(long offset, long length) {
        int count = (int) (Math.min(length, STEP_LENGTH) / ZEROES_LENGTH);
        if (count > 0) {
            long all = iovecs.slice().address(0, (long) count * SliceList.IOVEC_LENGTH);
            return calls.write(fd, all, count, offset);
        }
        // The rest is shorter than the run of zeroes: a part of it.
        try (NativeBuffer buffer = new NativeBuffer(SliceList.IOVEC_LENGTH)) {
            MemorySlice part = buffer.slice();
            part.putLong(0, iovecs.slice().getLong(0));
            part.putLong(8, length);
            return calls.write(fd, part.address(0, SliceList.IOVEC_LENGTH), 1, offset);
        }
    }

    @Override
    public void close() {
        iovecs.close();
        zeroes.close();
    }
}
