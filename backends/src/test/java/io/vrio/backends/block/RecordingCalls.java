// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.memory.MemorySlice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * System calls that are counted, and that fail or come short when a test says so. Everything else
 * goes to the kernel. Results that were scripted are used up in order, before the calling thread is
 * set free: script first, then submit.
 */
final class RecordingCalls implements FileCalls {
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger syncs = new AtomicInteger();
    final AtomicInteger punches = new AtomicInteger();
    final AtomicInteger zeroRanges = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();

    /** A sync waits until the test has released it. */
    final Semaphore syncGate = new Semaphore(Integer.MAX_VALUE);

    private final Deque<Long> transferResults = new ArrayDeque<>();
    private final Deque<Integer> syncResults = new ArrayDeque<>();
    private long cachedLimit = Long.MAX_VALUE;
    private int allocateResult = 1;

    /** The next transfer moves at most this many bytes, or fails with this negated errno. */
    RecordingCalls nextTransfer(long result) {
        transferResults.add(result);
        return this;
    }

    RecordingCalls nextSync(int result) {
        syncResults.add(result);
        return this;
    }

    /** The page cache holds the bytes before this offset only. */
    void cacheOnlyBefore(long limit) {
        cachedLimit = limit;
    }

    /** What fallocate answers from now on. */
    void allocateAnswers(int result) {
        allocateResult = result;
    }

    private static final int EAGAIN = 11;

    @Override
    public long read(int fd, long iovecs, int count, long offset) {
        reads.incrementAndGet();
        return transfer(() -> FileCalls.LINUX.read(fd, iovecs, count, offset), iovecs);
    }

    @Override
    public long readCached(int fd, long iovecs, int count, long offset) {
        if (offset >= cachedLimit) {
            return -EAGAIN;
        }
        shorten(iovecs, cachedLimit - offset);
        return FileCalls.LINUX.read(fd, iovecs, 1, offset);
    }

    @Override
    public long write(int fd, long iovecs, int count, long offset) {
        writes.incrementAndGet();
        return transfer(() -> FileCalls.LINUX.write(fd, iovecs, count, offset), iovecs);
    }

    private interface Call {
        long run();
    }

    private long transfer(Call call, long iovecs) {
        Long scripted = transferResults.poll();
        if (scripted == null) {
            return call.run();
        }
        if (scripted <= 0) {
            return scripted;
        }
        shorten(iovecs, scripted);
        return call.run();
    }

    /** Cuts the first piece short, so that the kernel moves less than it was asked to. */
    private static void shorten(long iovecs, long limit) {
        MemorySlice iovec = new MemorySlice(iovecs, 16);
        iovec.putLong(8, Math.min(limit, iovec.getLong(8)));
    }

    @Override
    public int sync(int fd) {
        syncGate.acquireUninterruptibly();
        syncs.incrementAndGet();
        Integer scripted = syncResults.poll();
        return scripted == null ? FileCalls.LINUX.sync(fd) : scripted;
    }

    @Override
    public int allocate(int fd, int mode, long offset, long length) {
        (mode == RangeCalls.PUNCH_HOLE ? punches : zeroRanges).incrementAndGet();
        return allocateResult <= 0
                ? allocateResult
                : FileCalls.LINUX.allocate(fd, mode, offset, length);
    }

    @Override
    public int discardOnDevice(int fd, long range) {
        return FileCalls.LINUX.discardOnDevice(fd, range);
    }
}
