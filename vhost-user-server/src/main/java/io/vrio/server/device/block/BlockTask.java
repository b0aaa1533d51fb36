// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.server.virtqueue.DescriptorChain;

/**
 * One chain between being taken and being given back: submits what it asks for in parts of at most
 * {@link DiskProperties#TRANSFER_MAX}, and in write-through a flush after them. One per head index
 * of a queue, used again and again.
 */
final class BlockTask implements BlockCompletion {
    private final BlockQueue queue;
    private final BlockPort port;
    private final int headIndex;
    private final BlockRequest request = new BlockRequest();
    private final SliceList data = new SliceList();
    private final SliceList status = new SliceList();
    private BlockRequestKind kind;
    private long offset;
    private long length;
    private boolean isUnmapAllowed;
    private boolean isFlushDue;
    private long doneLength;
    private long partLength;
    private boolean isFlushing;
    private boolean isSubmitting;
    private IoStatus result;

    BlockTask(BlockQueue queue, BlockPort port, int headIndex) {
        this.queue = queue;
        this.port = port;
        this.headIndex = headIndex;
    }

    int headIndex() {
        return headIndex;
    }

    BlockRequestKind kind() {
        return kind;
    }

    long length() {
        return length;
    }

    /** Starts a new life for a chain with a status byte. */
    void begin(DescriptorChain chain) {
        SliceList writable = chain.writable();
        status.clear();
        status.add(writable, writable.length() - BlockStatus.LENGTH, BlockStatus.LENGTH);
    }

    /** Ends at once, before anything was submitted. */
    void refuse(IoStatus reason) {
        queue.onEnd(this, reason, BlockStatus.LENGTH);
    }

    /** Answers GET_ID for a guest that has no room for the whole serial. */
    void answer(DescriptorChain chain, MemorySlice answer) {
        kind = BlockRequestKind.GET_ID;
        length = answer.length();
        IoStatus status = IoStatus.OK;
        try {
            chain.writable().copyFrom(0, answer, 0, length);
        } catch (InternalError e) {
            status = IoStatus.IO_ERROR;
        }
        queue.onEnd(this, status, (int) length + BlockStatus.LENGTH);
    }

    /** Submits what the command asks for. */
    void submit(BlockCommand command, DescriptorChain chain, boolean isFlushedAfter) {
        kind = command.kind();
        offset = command.offset();
        length = command.length();
        isUnmapAllowed = command.isUnmapAllowed();
        isFlushDue = isFlushedAfter;
        isFlushing = false;
        doneLength = 0;
        data.clear();
        if (kind.hasRange() && length == 0) {
            queue.onEnd(this, IoStatus.OK, BlockStatus.LENGTH);
            return;
        }
        if (hasData()) {
            if (kind == BlockRequestKind.WRITE) {
                data.add(chain.readable(), BlockCommand.HEADER_LENGTH, length);
            } else {
                data.add(chain.writable(), 0, length);
            }
        }
        proceed();
    }

    private boolean hasData() {
        return switch (kind) {
            case READ, WRITE, GET_ID -> true;
            case FLUSH, DISCARD, WRITE_ZEROES -> false;
        };
    }

    /** A loop, not recursion: a port may end each part before it returns from submit. */
    private void proceed() {
        do {
            result = null;
            isSubmitting = true;
            try {
                submitPart();
            } finally {
                isSubmitting = false;
            }
        } while (result != null && !isOver());
    }

    private void submitPart() {
        if (isFlushing) {
            request.begin(BlockRequestKind.FLUSH, 0, 0, this);
            // Earlier parts may be of an older life of the disk than the last one.
            request.vouchForOneChange(partLength == length);
        } else {
            long left = length - doneLength;
            partLength = hasData() ? Math.min(left, DiskProperties.TRANSFER_MAX) : left;
            request.begin(kind, offset + doneLength, partLength, this);
            request.allowUnmap(isUnmapAllowed);
            if (hasData()) {
                request.data().add(data, doneLength, partLength);
            }
        }
        port.submit(request);
    }

    @Override
    public void onComplete(BlockRequest ended, IoStatus endStatus) {
        result = endStatus;
        if (isSubmitting) {
            return;
        }
        try {
            if (!isOver()) {
                proceed();
            }
            MemoryFaults.raisePending();
        } catch (RuntimeException | InternalError e) {
            // The caller is the disk, which is not to blame for the guest's memory.
            if (!queue.service().onFault(e)) {
                onBrokenOff();
            }
        }
    }

    /** Nothing is known of the part in work; nobody else ends it. */
    private void onBrokenOff() {
        if (!request.isUnderWay() && queue.service().virtqueue().isInFlight(headIndex)) {
            queue.onEnd(this, IoStatus.IO_ERROR, BlockStatus.LENGTH);
        }
    }

    /** Judges the part that has ended; false when there is another one to submit. */
    private boolean isOver() {
        if (result != IoStatus.OK || queue.service().isForgotten()) {
            queue.onEnd(this, result, BlockStatus.LENGTH);
            return true;
        }
        if (!isFlushing) {
            doneLength += partLength;
            if (doneLength < length) {
                return false;
            }
            if (isFlushDue) {
                isFlushing = true;
                return false;
            }
        }
        queue.onEnd(this, IoStatus.OK, usedLength());
        return true;
    }

    /** Bytes written to the chain when all went well. */
    private int usedLength() {
        boolean isAnswered = hasData() && kind != BlockRequestKind.WRITE;
        return (isAnswered ? (int) length : 0) + BlockStatus.LENGTH;
    }

    /** Whether a station below holds its request. */
    boolean isUnderWay() {
        return request.isUnderWay();
    }

    /** Stores the status where the guest looks for it. */
    void putStatus(byte code) {
        status.putByte(0, code);
    }
}
