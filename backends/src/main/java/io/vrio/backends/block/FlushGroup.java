// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;

/**
 * Lets one fdatasync run at a time and serve every FLUSH that was waiting when it began; a later
 * one waits for the next, since writes that ended before it may not be covered. Worker's thread.
 */
final class FlushGroup implements BlockCompletion {
    private final SlowLane lane;
    private final SlowLane.Operation sync;
    private ArrayDeque<BlockRequest> waiting = new ArrayDeque<>();
    private ArrayDeque<BlockRequest> covered = new ArrayDeque<>();
    private boolean isRunning;
    private boolean isLost;

    FlushGroup(SlowLane lane, SlowLane.Operation sync) {
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
        lane.submit(leader, 0, sync);
    }

    @Override
    public void onComplete(BlockRequest leader, IoStatus status) {
        isLost |= status != IoStatus.OK;
        // A sync after a failed one succeeds although data are lost; a guest must not believe it.
        IoStatus truth = isLost ? IoStatus.IO_ERROR : IoStatus.OK;
        leader.complete(truth);
        while (!covered.isEmpty()) {
            covered.poll().complete(truth);
        }
        isRunning = !waiting.isEmpty();
        if (isRunning) {
            runNext();
        }
    }
}
