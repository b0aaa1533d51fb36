// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.IoOperation;
import io.vrio.common.sys.IoQueue;
import io.vrio.common.sys.IoRing;
import io.vrio.common.sys.Linux;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's io_uring, but for what a test says: results that fail or come short, submits that
 * are refused, results that are late. Scripted results are used up by operations in order.
 */
final class ScriptedQueue implements IoQueue {
    int submits;
    int operations;

    private final Deque<Integer> script = new ArrayDeque<>();
    private final Map<Long, Integer> answers = new HashMap<>();
    private IoQueue kernel;
    private int refusals;
    private int awaitsBeforeResults;

    /** To be given to a ring. */
    IoQueue open(int entries, EventFd announcer) {
        kernel = IoRing.open(entries, announcer);
        return this;
    }

    /** The next operation moves at most this many bytes, or is not done and has this result. */
    ScriptedQueue nextResult(int result) {
        script.add(result);
        return this;
    }

    /** So many submits are refused. */
    void refuseSubmits(int count) {
        refusals = count;
    }

    /** No result is seen before somebody has waited so often. */
    void delayResults(int awaits) {
        awaitsBeforeResults = awaits;
    }

    @Override
    public int room() {
        return kernel.room();
    }

    @Override
    public void transfer(
            IoOperation operation, int fd, long address, int length, long offset, long tag) {
        operations++;
        Integer scripted = script.poll();
        if (scripted == null) {
            kernel.transfer(operation, fd, address, length, offset, tag);
        } else if (scripted > 0) {
            kernel.transfer(operation, fd, address, Math.min(length, scripted), offset, tag);
        } else {
            answer(scripted, fd, tag);
        }
    }

    private void answer(int result, int fd, long tag) {
        answers.put(tag, result);
        kernel.sync(fd, tag);
    }

    @Override
    public void sync(int fd, long tag) {
        operations++;
        Integer scripted = script.poll();
        answer(scripted == null ? 0 : scripted, fd, tag);
    }

    @Override
    public void allocate(int fd, int mode, long offset, long length, long tag) {
        operations++;
        Integer scripted = script.poll();
        if (scripted == null) {
            kernel.allocate(fd, mode, offset, length, tag);
        } else {
            answer(scripted, fd, tag);
        }
    }

    @Override
    public void cancel(long cancelledTag, long tag) {
        kernel.cancel(cancelledTag, tag);
    }

    @Override
    public boolean isSubmitNeeded() {
        return kernel.isSubmitNeeded();
    }

    @Override
    public boolean isAllSubmitted() {
        return kernel.isAllSubmitted();
    }

    @Override
    public int submit() {
        submits++;
        if (refusals > 0) {
            refusals--;
            return -Linux.EBUSY;
        }
        return kernel.submit();
    }

    @Override
    public int await(long timeoutNs) {
        awaitsBeforeResults = Math.max(0, awaitsBeforeResults - 1);
        return kernel.await(timeoutNs);
    }

    @Override
    public boolean next() {
        return awaitsBeforeResults == 0 && kernel.next();
    }

    @Override
    public long tag() {
        return kernel.tag();
    }

    @Override
    public int result() {
        Integer answer = answers.remove(kernel.tag());
        return answer == null ? kernel.result() : answer;
    }

    @Override
    public void announce(boolean isWanted) {
        kernel.announce(isWanted);
    }

    @Override
    public boolean hasResults() {
        return kernel.hasResults();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
