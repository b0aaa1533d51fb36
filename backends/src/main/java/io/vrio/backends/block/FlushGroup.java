// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Lets one fdatasync run at a time and serve every FLUSH that was waiting when it began; a later
 * one waits for the next, since writes that ended before it may not be covered. Worker's thread.
 */
final class FlushGroup implements BlockCompletion {
    private final Consumer<BlockRequest> syncer;
    private ArrayDeque<BlockRequest> waiting = new ArrayDeque<>();
    private ArrayDeque<BlockRequest> covered = new ArrayDeque<>();
    private boolean isRunning;

    /** Set by who hears it first, so that it is known even when nobody waits any more. */
    private volatile boolean isLost;

    /**
     * @param syncer makes what was written durable, calls {@link #onSynced}, ends the request
     */
    FlushGroup(Consumer<BlockRequest> syncer) {
        this.syncer = syncer;
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
        syncer.accept(leader);
    }

    /**
     * A sync has ended with 0 or a negated errno. As soon as that is known, on any thread.
     *
     * @return what its request is told
     */
    IoStatus onSynced(int result) {
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

    /** Ends those that wait with IO_ERROR; who syncs ends those that are being served. */
    void abandonWaiting() {
        for (int i = waiting.size(); i > 0; i--) {
            waiting.poll().complete(IoStatus.IO_ERROR);
        }
    }
}
