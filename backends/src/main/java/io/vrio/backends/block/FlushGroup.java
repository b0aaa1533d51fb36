// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.function.IntSupplier;

/**
 * Lets one fdatasync run at a time and serve every FLUSH that was waiting when it began; a later
 * one waits for the next, since writes that ended before it may not be covered. Worker's thread.
 */
final class FlushGroup implements BlockCompletion {
    private final SlowLane lane;
    private final IntSupplier sync;
    private final SlowLane.Operation operation = this::execute;
    private ArrayDeque<BlockRequest> waiting = new ArrayDeque<>();
    private ArrayDeque<BlockRequest> covered = new ArrayDeque<>();
    private boolean isRunning;

    /** Set on the lane's thread at once, so that it is known even when nobody waits any more. */
    private volatile boolean isLost;

    /**
     * @param sync makes what was written durable; returns 0 or the negated errno
     */
    FlushGroup(SlowLane lane, IntSupplier sync) {
        this.lane = lane;
        this.sync = sync;
    }

    void submit(BlockRequest request) {
        waiting.add(request);
        if (!isRunning) {
            isRunning = true;
            runNext();
        }
    }

    /** Has ever failed: the kernel forgets writes it could not do, and says so only once. */
    boolean isLost() {
        return isLost;
    }

    private void runNext() {
        ArrayDeque<BlockRequest> next = waiting;
        waiting = covered;
        covered = next;
        BlockRequest leader = covered.poll();
        leader.push(this);
        lane.submit(leader, 0, operation);
    }

    /** On a thread of the lane. */
    private IoStatus execute(BlockRequest leader, long done) {
        int result = sync.getAsInt();
        isLost |= result != 0;
        return result == 0 ? IoStatus.OK : IoStatus.IO_ERROR;
    }

    @Override
    public void onComplete(BlockRequest leader, IoStatus status) {
        // A sync after a failed one succeeds although data are lost; a guest must not believe it.
        IoStatus truth = isLost ? IoStatus.IO_ERROR : status;
        leader.complete(truth);
        while (!covered.isEmpty()) {
            covered.poll().complete(truth);
        }
        isRunning = !waiting.isEmpty();
        if (isRunning) {
            runNext();
        }
    }

    /** Ends those that wait with IO_ERROR; the lane ends those that are being served. */
    void abandonWaiting() {
        for (int i = waiting.size(); i > 0; i--) {
            waiting.poll().complete(IoStatus.IO_ERROR);
        }
    }
}
