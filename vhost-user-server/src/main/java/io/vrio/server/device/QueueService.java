// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * What serving a queue means for every device, from the queue's start to its end: takes chains,
 * gives them back in batches, calls the guest, asks for kicks and does without them. What a guest
 * does wrong stays in here: the queue is faulty then, and never touched again.
 */
public final class QueueService {
    /** Limit: chains taken in one duty cycle; the rest waits while other queues have their turn. */
    private static final int CHAINS_MAX = 64;

    /** Chains given back before the guest sees them: it can go on while we do. */
    private static final int PUBLISH_BATCH = 8;

    /** Limit: duty cycles without work until a guest is called that may be waiting unduly. */
    private static final int IDLE_CYCLES_MAX = 64;

    /** Limit: looks at an empty ring until it is made sure that its memory is still there. */
    public static final int QUIET_CYCLES_MAX = 16;

    private final Virtqueue virtqueue;
    private final DescriptorChain chain;
    private final QueueOwner owner;
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

    /**
     * @param call null when the guest polls; stays the session's
     * @param chain what chains are taken into; may be shared with other queues of the worker
     */
    public QueueService(
            Virtqueue virtqueue, EventFd call, DescriptorChain chain, QueueOwner owner) {
        this.virtqueue = virtqueue;
        this.call = call;
        this.chain = chain;
        this.owner = owner;
    }

    public Virtqueue virtqueue() {
        return virtqueue;
    }

    public int inFlight() {
        return virtqueue.inFlight();
    }

    public boolean isEnabled() {
        return isEnabled;
    }

    public boolean isStopped() {
        return isStopped;
    }

    public boolean isForgotten() {
        return isForgotten;
    }

    /** Whether the guest can be given anything: its memory is there and its ring makes sense. */
    public boolean isTold() {
        return !isFaulty && !isForgotten;
    }

    /** Whether chains may be taken, as far as the ring is concerned. */
    public boolean isServed() {
        return !isFaulty && !isStopped;
    }

    /**
     * Takes chains and gives back what has ended.
     *
     * @param isTaking false for a queue whose chains are not taken here, or not now
     * @return how much was done
     */
    public int doWork(boolean isTaking) {
        if (isFaulty) {
            return 0;
        }
        try {
            int work = isTaking && isServed() ? takeChains() : 0;
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
            if (!onFault(e)) {
                putBackLost();
            }
            return 1;
        }
    }

    private int takeChains() {
        int count = 0;
        while (count < CHAINS_MAX) {
            try {
                if (!virtqueue.poll(chain) || !owner.onChain(chain)) {
                    break;
                }
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

    /** Gives a bad chain back as it was; a bad ring ends the queue. */
    public void onMalformed(int headIndex, RingCounter reason) {
        owner.onMalformed(reason);
        if (reason.isRingFault()) {
            fault(reason.meaning());
        } else {
            push(headIndex, 0);
        }
    }

    /** Gives a chain back; the guest sees it soon. */
    public void push(int headIndex, int usedLength) {
        virtqueue.push(headIndex, usedLength);
        unpublished++;
        if (isStopped) {
            // Nobody runs the duty cycle of a stopped queue.
            giveBack();
        } else if (unpublished >= PUBLISH_BATCH) {
            publish();
        }
    }

    /** Gives back chains that make sense to the guest together only: it sees all or none. */
    public void pushAll(int[] headIndices, int[] usedLengths, int count) {
        for (int i = 0; i < count; i++) {
            virtqueue.push(headIndices[i], usedLengths[i]);
        }
        unpublished += count;
        if (unpublished >= PUBLISH_BATCH) {
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
            owner.onCall();
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

    public void replaceCall(EventFd newCall) {
        call = newCall;
        isCallDue = true;
        if (isStopped) {
            giveBackNow();
        }
    }

    public void enable(boolean isNowEnabled) {
        isEnabled = isNowEnabled;
    }

    /** Takes no more chains; those in flight are given back as they end. */
    public void stop() {
        isStopped = true;
        giveBackNow();
    }

    /** Outside of the duty cycle. */
    private void giveBackNow() {
        if (!isTold()) {
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
    public boolean prepareToBlock(KickWish wish) {
        if (isFaulty) {
            return true;
        }
        try {
            giveBack();
            if (inFlight() == 0) {
                callIfIdle();
            }
            boolean mayBlock = !isServed() || !requestKicks(wish);
            MemoryFaults.raisePending();
            return mayBlock;
        } catch (RuntimeException | InternalError e) {
            onFault(e);
            return true;
        }
    }

    /** Whether what is wished for has come already. */
    private boolean requestKicks(KickWish wish) {
        return switch (wish) {
            case NONE -> false;
            case NEXT_CHAIN -> virtqueue.requestKicks();
            case MORE_CHAINS -> virtqueue.requestKicksForMore();
        };
    }

    public void suppressKicks() {
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

    /**
     * Something in the guest's memory or in our handling of it is broken: this queue ends. Unless
     * the memory that has vanished is another guest's, whose fault was raised here by chance: that
     * one meets it again with its next access, and what was broken off here goes on.
     *
     * @return whether the queue has ended
     */
    public boolean onFault(Throwable cause) {
        if (cause instanceof InternalError && virtqueue.isBacked()) {
            return false;
        }
        fault(cause.toString());
        return true;
    }

    /** What was broken off between its taking and its beginning is the last that was taken. */
    private void putBackLost() {
        for (int head = 0; head < virtqueue.size(); head++) {
            if (isLost(head)) {
                virtqueue.putBack(head);
            }
        }
    }

    /** Whether nobody works on a chain that was taken. */
    private boolean isLost(int head) {
        return virtqueue.isInFlight(head) && !owner.isUnderWay(head);
    }

    private void fault(String reason) {
        if (!isFaulty) {
            // What is pending would break off one of the next steps, and none is tried again.
            String trueReason = pendingFaultOr(reason);
            isFaulty = true;
            releaseLost();
            owner.onFault(trueReason);
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
        for (int head = 0; head < virtqueue.size(); head++) {
            if (isLost(head)) {
                virtqueue.release(head);
            }
        }
    }

    /** The guest is not told of any end from now on, and its ring is not touched. */
    public void forget() {
        isStopped = true;
        isForgotten = true;
        releaseLost();
    }
}
