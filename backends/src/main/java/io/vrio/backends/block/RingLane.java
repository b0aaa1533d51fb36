// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.IoOperation;
import io.vrio.common.sys.Linux;
import java.util.ArrayDeque;

/**
 * The way of one direct disk through its worker's {@link DiskRing}: requests become operations, as
 * often as it takes, and their results statuses. The worker's thread.
 */
final class RingLane {
    /** The disk. */
    interface Owner {
        /** A flush has ended so; returns what its request is told. */
        IoStatus onSynced(int result);

        /** Executes a request without the ring, but for the bytes that were moved. */
        void executeRest(BlockRequest request, long done);
    }

    private final DiskRing ring;
    private final int fd;
    private final DirectAlignment alignment;
    private final Owner owner;
    private final ArrayDeque<RingOperation> idle = new ArrayDeque<>();
    private int underWayCount;

    RingLane(DiskRing ring, int fd, DirectAlignment alignment, Owner owner) {
        this.ring = ring;
        this.fd = fd;
        this.alignment = alignment;
        this.owner = owner;
    }

    /** Executes all kinds but GET_ID; the request was checked. */
    void submit(BlockRequest request) {
        if (request.kind().hasRange() && request.length() == 0) {
            request.complete(IoStatus.OK);
            return;
        }
        RingOperation operation = idle.poll();
        if (operation == null) {
            // As many as were ever under way at once; bounded by the pools of those who submit.
            operation = new RingOperation(this);
        }
        operation.begin(request);
        underWayCount++;
        ring.begin(operation);
    }

    int underWayCount() {
        return underWayCount;
    }

    /**
     * Puts the next step of an operation into the queue; false when the threads have it instead.
     */
    boolean put(RingOperation operation, int tag) {
        BlockRequest request = operation.request;
        return switch (request.kind()) {
            case READ, WRITE -> putTransfer(operation, tag);
            case FLUSH -> {
                ring.queue().sync(fd, tag);
                yield true;
            }
            case DISCARD, WRITE_ZEROES -> {
                ring.queue().allocate(fd, mode(request), request.offset(), request.length(), tag);
                yield true;
            }
            case GET_ID -> throw new IllegalStateException("a serial needs no ring");
        };
    }

    private static int mode(BlockRequest request) {
        boolean givesSpaceBack =
                request.kind() == BlockRequestKind.DISCARD || request.isUnmapAllowed();
        return givesSpaceBack ? RangeCalls.PUNCH_HOLE : RangeCalls.ZERO_RANGE;
    }

    private boolean putTransfer(RingOperation operation, int tag) {
        BlockRequest request = operation.request;
        boolean isWrite = request.kind() == BlockRequestKind.WRITE;
        long offset = request.offset() + operation.done;
        long left = request.length() - operation.done;
        MemorySlice iovecs = ring.iovecs();
        int count = request.data().fillIovecs(operation.done, left, iovecs, 0);
        boolean isAligned = alignment.isMet(iovecs, count);
        if (!isAligned && left > BouncePool.LENGTH) {
            giveAway(operation);
            return false;
        }
        if (isAligned && count > 1) {
            ring.keepIovecs(count);
            IoOperation kind = isWrite ? IoOperation.WRITEV : IoOperation.READV;
            // Safety: fillIovecs has filled this many.
            long address = iovecs.address(0, (long) count * SliceList.IOVEC_LENGTH);
            ring.queue().transfer(kind, fd, address, count, offset, tag);
        } else {
            IoOperation kind = isWrite ? IoOperation.WRITE : IoOperation.READ;
            long address = isAligned ? iovecs.getLong(0) : bounce(operation, (int) left);
            ring.queue().transfer(kind, fd, address, (int) left, offset, tag);
        }
        return true;
    }

    /** The address of a buffer in the place of the request's memory, with what is to be written. */
    private long bounce(RingOperation operation, int length) {
        BouncePool bounces = ring.bounces();
        operation.bounce = bounces.take();
        long at = BouncePool.offset(operation.bounce);
        BlockRequest request = operation.request;
        if (request.kind() == BlockRequestKind.WRITE) {
            copy(operation, at, length);
            ring.onCopied(length);
        }
        // Safety: the buffer is this operation's until its result is there.
        return bounces.slice().address(at, length);
    }

    /** Between a request's memory and its buffer, which begins {@code at} there. */
    private void copy(RingOperation operation, long at, int length) {
        MemorySlice bounces = ring.bounces().slice();
        BlockRequest request = operation.request;
        try {
            if (request.kind() == BlockRequestKind.WRITE) {
                request.data().copyTo(operation.done, bounces, at, length);
            } else {
                request.data().copyFrom(operation.done, bounces, at, length);
            }
            // Before anything is written: the buffer holds what another guest wrote or read.
            MemoryFaults.raisePending();
        } catch (InternalError e) {
            // Perhaps it was not this request's memory. The threads find out, and end it.
            giveAway(operation);
            throw e;
        }
    }

    void onResult(RingOperation operation, int result) {
        BlockRequest request = operation.request;
        if (isForThreads(request.kind(), result)) {
            giveAway(operation);
            return;
        }
        switch (request.kind()) {
            case READ, WRITE -> onMoved(operation, result);
            case FLUSH -> end(operation, owner.onSynced(result));
            case DISCARD, WRITE_ZEROES ->
                    end(operation, result == 0 ? IoStatus.OK : Failure.status(-result));
            case GET_ID -> throw new IllegalStateException("a serial needs no ring");
        }
    }

    /** Whether there is something else to try: rare, and as well done by the threads. */
    private static boolean isForThreads(BlockRequestKind kind, int result) {
        return switch (-result) {
            case Linux.EINTR, Linux.EAGAIN, Linux.ECANCELED -> true;
            case Linux.EOPNOTSUPP -> kind == BlockRequestKind.WRITE_ZEROES;
            default -> false;
        };
    }

    private void onMoved(RingOperation operation, int result) {
        BlockRequest request = operation.request;
        if (result <= 0) {
            // Nothing read inside the capacity: somebody has cut the file short.
            end(operation, result == 0 ? IoStatus.IO_ERROR : Failure.status(-result));
            return;
        }
        if (operation.bounce != RingOperation.NO_BOUNCE) {
            if (request.kind() == BlockRequestKind.READ) {
                copy(operation, BouncePool.offset(operation.bounce), result);
            }
            giveBackBounce(operation);
        }
        operation.done += result;
        if (operation.done == request.length()) {
            end(operation, IoStatus.OK);
        } else {
            ring.begin(operation);
        }
    }

    private void end(RingOperation operation, IoStatus status) {
        letGo(operation).complete(status);
    }

    private void giveAway(RingOperation operation) {
        long done = operation.done;
        owner.executeRest(letGo(operation), done);
    }

    private BlockRequest letGo(RingOperation operation) {
        giveBackBounce(operation);
        BlockRequest request = operation.request;
        operation.request = null;
        underWayCount--;
        idle.push(operation);
        return request;
    }

    private void giveBackBounce(RingOperation operation) {
        if (operation.bounce != RingOperation.NO_BOUNCE) {
            ring.bounces().giveBack(operation.bounce);
            operation.bounce = RingOperation.NO_BOUNCE;
        }
    }

    /** A request has ended that was abandoned; it is told nothing. */
    void onAbandonedResult(RingOperation operation, int result) {
        BlockRequestKind kind = operation.request.kind();
        if (kind == BlockRequestKind.FLUSH && !isForThreads(kind, result)) {
            owner.onSynced(result);
        }
    }

    /** Ends every request under way with IO_ERROR, once the kernel has let go of its memory. */
    void abandon() {
        if (underWayCount > 0) {
            for (RingOperation operation : ring.abandon(this)) {
                end(operation, IoStatus.IO_ERROR);
            }
        }
    }

    /** Makes sure that no request is under way. */
    void close() {
        if (underWayCount > 0) {
            throw new IllegalStateException(underWayCount + " direct requests are under way");
        }
    }
}
