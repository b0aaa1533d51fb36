// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * One queue of a block device from its start to its end: takes chains, gives them back, calls the
 * guest. What a guest does wrong stays in here.
 */
final class BlockQueue {
    /** Limit: chains taken in one duty cycle; the rest waits while other queues have their turn. */
    private static final int CHAINS_MAX = 64;

    /** Chains given back before the guest sees them: it can go on while we do. */
    private static final int PUBLISH_BATCH = 8;

    /** Limit: duty cycles without work until a guest is called that may be waiting unduly. */
    private static final int IDLE_CYCLES_MAX = 64;

    /** Limit: looks at an empty ring until it is made sure that its memory is still there. */
    static final int QUIET_CYCLES_MAX = 16;

    private final BlockDevice device;
    private final int index;
    private final Virtqueue virtqueue;
    private final BlockTask[] tasks;
    private EventFd call;
    private boolean isEnabled = true;
    private boolean isStopped;
    private boolean isForgotten;
    private boolean isFaulty;
    private int unpublished;

    /** At the start: a call may have been lost before. */
    private boolean isCallDue = true;

    private int idleCycles;
    private int quietCycles;

    BlockQueue(BlockDevice device, int index, Virtqueue virtqueue, EventFd call) {
        this.device = device;
        this.index = index;
        this.virtqueue = virtqueue;
        this.call = call;
        tasks = new BlockTask[virtqueue.size()];
    }

    int index() {
        return index;
    }

    int inFlight() {
        return virtqueue.inFlight();
    }

    boolean isStopped() {
        return isStopped;
    }

    /** Takes chains and gives back what has ended; returns how much was done. */
    int doWork() {
        if (isFaulty) {
            return 0;
        }
        try {
            int work = isTaking() ? takeChains() : 0;
            if (!isFaulty && (unpublished > 0 || isCallDue)) {
                giveBack();
                work++;
            }
            watchIdle(work);
            // A ring may look broken because its memory has vanished.
            if (work > 0 || isFaulty || ++quietCycles >= QUIET_CYCLES_MAX) {
                quietCycles = 0;
                MemoryFaults.raisePending();
            }
            return work;
        } catch (RuntimeException | InternalError e) {
            onFault(e);
            return 1;
        }
    }

    private boolean isTaking() {
        return isEnabled && !isStopped && !isFaulty;
    }

    private int takeChains() {
        DescriptorChain chain = device.chain();
        int count = 0;
        while (count < CHAINS_MAX) {
            try {
                if (!virtqueue.poll(chain)) {
                    break;
                }
                begin(chain);
            } catch (MalformedChainException e) {
                onMalformed(chain.headIndex(), e.reason());
                if (isFaulty) {
                    break;
                }
            }
            count++;
        }
        return count;
    }

    private void begin(DescriptorChain chain) {
        if (chain.writable().length() < BlockStatus.LENGTH) {
            device.count(BlockCounter.NO_STATUS_BYTE);
            push(chain.headIndex(), 0);
            return;
        }
        IoStatus verdict = device.parse(chain);
        BlockTask task = task(chain.headIndex());
        task.begin(chain);
        if (verdict == IoStatus.OK) {
            device.execute(task, chain);
        } else {
            task.refuse(verdict);
        }
    }

    private BlockTask task(int headIndex) {
        BlockTask task = tasks[headIndex];
        if (task == null) {
            task = new BlockTask(this, device.port(), headIndex);
            tasks[headIndex] = task;
        }
        return task;
    }

    private void onMalformed(int headIndex, RingCounter reason) {
        device.count(reason);
        if (reason.isRingFault()) {
            fault(reason.meaning());
        } else {
            push(headIndex, 0);
        }
    }

    /** A task has ended: tells the guest, unless its memory cannot be trusted any more. */
    void onEnd(BlockTask task, IoStatus status, int usedLength) {
        if (isFaulty || isForgotten) {
            virtqueue.release(task.headIndex());
            return;
        }
        device.countEnd(task, status);
        task.putStatus(BlockStatus.of(status));
        push(task.headIndex(), usedLength);
    }

    private void push(int headIndex, int usedLength) {
        virtqueue.push(headIndex, usedLength);
        unpublished++;
        if (isStopped) {
            // Nobody runs the duty cycle of a stopped queue.
            giveBack();
        } else if (unpublished >= PUBLISH_BATCH) {
            publish();
        }
    }

    private void publish() {
        unpublished = 0;
        isCallDue |= virtqueue.publish();
    }

    /** At most one call, for all that has ended since the last one. */
    private void giveBack() {
        publish();
        if (isCallDue) {
            isCallDue = false;
            callGuest();
        }
    }

    private void callGuest() {
        if (call != null) {
            call.signal();
            device.count(BlockCounter.CALLS);
        }
    }

    /** Calls a guest that may be waiting for a call it has not asked for. */
    private void watchIdle(int work) {
        if (work > 0 || inFlight() > 0) {
            idleCycles = 0;
        } else if (idleCycles < IDLE_CYCLES_MAX && ++idleCycles == IDLE_CYCLES_MAX) {
            callIfIdle();
        }
    }

    private void callIfIdle() {
        if (virtqueue.isIdleCallDue()) {
            callGuest();
        }
    }

    void replaceCall(EventFd newCall) {
        call = newCall;
        isCallDue = true;
        if (isStopped) {
            giveBackNow();
        }
    }

    void enable(boolean isNowEnabled) {
        isEnabled = isNowEnabled;
    }

    void stop() {
        isStopped = true;
        giveBackNow();
    }

    /** Outside of the duty cycle. */
    private void giveBackNow() {
        if (isFaulty || isForgotten) {
            return;
        }
        try {
            giveBack();
            MemoryFaults.raisePending();
        } catch (RuntimeException | InternalError e) {
            onFault(e);
        }
    }

    /** Whether the worker may block; asks the guest to kick first, so that it is not missed. */
    boolean prepareToBlock() {
        if (isFaulty) {
            return true;
        }
        try {
            giveBack();
            if (inFlight() == 0) {
                callIfIdle();
            }
            boolean mayBlock = !isTaking() || !virtqueue.requestKicks();
            MemoryFaults.raisePending();
            return mayBlock;
        } catch (RuntimeException | InternalError e) {
            onFault(e);
            return true;
        }
    }

    void suppressKicks() {
        if (isFaulty) {
            return;
        }
        try {
            virtqueue.suppressKicks();
            MemoryFaults.raisePending();
        } catch (RuntimeException | InternalError e) {
            onFault(e);
        }
    }

    /** Something in the guest's memory or in our handling of it is broken: this queue ends. */
    void onFault(Throwable cause) {
        fault(cause.toString());
    }

    private void fault(String reason) {
        if (!isFaulty) {
            // What is pending would break off one of the next steps, and none is tried again.
            String trueReason = pendingFaultOr(reason);
            isFaulty = true;
            releaseLost();
            device.onQueueFault(index, trueReason);
        }
    }

    /** Vanished memory makes a ring look broken: then that is why. */
    private static String pendingFaultOr(String reason) {
        try {
            MemoryFaults.raisePending();
            return reason;
        } catch (InternalError e) {
            return e.toString();
        }
    }

    /**
     * Releases chains that nobody works on: the error that tells of vanished memory comes at any
     * place, also between the taking of a chain and what is done about it.
     */
    private void releaseLost() {
        for (int head = 0; head < tasks.length; head++) {
            boolean isUnderWay = tasks[head] != null && tasks[head].isUnderWay();
            if (virtqueue.isInFlight(head) && !isUnderWay) {
                virtqueue.release(head);
            }
        }
    }

    /** The guest is not told of any end from now on, and its ring is not touched. */
    void forget() {
        isStopped = true;
        isForgotten = true;
        releaseLost();
    }

    boolean isForgotten() {
        return isForgotten;
    }
}
