// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.message.SegmentHeader;
import java.util.ArrayDeque;

/**
 * Hands on the frames of one NIC that the peer sends: each at most once, in their order. Those that
 * are refused wait a while, in the buffers they came in. One worker.
 */
final class FrameReceiver {
    /** Limit: messages that wait; the frames of further ones are dropped. */
    static final int BACKLOG_MAX = 64;

    /** Limit: frames handed on in one duty cycle; the rest waits while others have their turn. */
    static final int FRAMES_PER_CYCLE = 512;

    /** Limit: bytes of these. */
    static final int BYTES_PER_CYCLE = 512 << 10;

    /**
     * Limit: how long a frame waits that is refused. Some of a guest's queues may never be served,
     * and the others must not wait for ever behind them.
     */
    static final long PATIENCE_NS = 20_000_000L;

    /** Messages taken after which the peer is told; it waits when four times as many are not. */
    static final int REPORT_INTERVAL = FrameFlow.UNTAKEN_MAX / 4;

    /**
     * How long after a report it is made again: it may have been lost, and the peer waits long for
     * another one.
     */
    static final long REPEAT_NS = 1_000_000L;

    /** Limit: repetitions of a report; then the peer's own patience has to do. */
    static final int REPEATS_MAX = 2;

    private static final long RETRY_NS = 500_000L;

    private final NanoClock clock;
    private final BufferShare share;
    private final Counters<NetDrop> drops;
    private final Counters<RemoteNicCounter> counters;
    private final NetDrop refusal;
    private final ArrayDeque<FrameMessage> backlog = new ArrayDeque<>();
    private final ArrayDeque<FrameMessage> free = new ArrayDeque<>();
    private final NetFrame frame = new NetFrame();
    private NetPort target;
    private int mtu;
    private FrameMessage partial;
    private int lastId;
    private int takenId;
    private int reportedId;
    private long reportedNs;
    private int repeatsLeft;
    private int cycleFrames;
    private int cycleBytes;
    private long refusedSinceNs;
    private boolean isRefused;

    /**
     * @param share what may be held of the frame buffers
     * @param refusal why frames are dropped that the target does not take
     */
    FrameReceiver(
            NanoClock clock,
            BufferShare share,
            Counters<NetDrop> drops,
            Counters<RemoteNicCounter> counters,
            NetDrop refusal) {
        this.clock = clock;
        this.share = share;
        this.drops = drops;
        this.counters = counters;
        this.refusal = refusal;
    }

    /** Where the frames go; null for nowhere. */
    void target(NetPort newTarget) {
        target = newTarget;
        isRefused = false;
    }

    void mtu(int newMtu) {
        mtu = newMtu;
    }

    /** The association has ended: what waits is dropped, and the next one counts anew. */
    void restart() {
        dropPartial();
        while (!backlog.isEmpty()) {
            drop(removeFirst(), NetDrop.NOT_CONNECTED);
        }
        lastId = 0;
        takenId = 0;
        reportedId = 0;
        repeatsLeft = 0;
        isRefused = false;
    }

    /** Messages up to this one are not wanted any more: those that wait, and those to come. */
    void dropUpTo(int id) {
        while (!backlog.isEmpty() && backlog.peekFirst().id() - id <= 0) {
            drop(removeFirst(), NetDrop.NOT_CONNECTED);
        }
        if (id - lastId > 0) {
            dropIncomplete();
            lastId = id;
        }
        isRefused = false;
    }

    /**
     * Takes a part, or the whole, of a message of frames.
     *
     * @throws io.vrio.transport.flow.AssociationException when it is not what it says
     */
    void onSegment(SegmentHeader segment, FrameBuffer buffer, long offset) {
        if (segment.segmentOffset() > 0) {
            onLaterPart(segment, buffer, offset);
            return;
        }
        FrameMessage message = take();
        try {
            message.begin(segment, buffer, offset);
            onFirstPart(message, segment.id());
        } catch (AssociationException e) {
            giveBack(message);
            throw e;
        }
    }

    private void onFirstPart(FrameMessage message, int id) {
        int count = message.isComplete() ? message.countFrames() : 1;
        if (id - lastId <= 0) {
            drops.add(NetDrop.LATE, count);
            giveBack(message);
            return;
        }
        dropIncomplete();
        lastId = id;
        if (message.isComplete()) {
            onMessage(message, count);
        } else {
            partial = message;
            share.onHold(1);
        }
    }

    private void onLaterPart(SegmentHeader segment, FrameBuffer buffer, long offset) {
        if (partial == null || !partial.isContinuedBy(segment)) {
            // Its beginning was lost or is late, and then so is the rest of it.
            drops.increment(NetDrop.INCOMPLETE);
            return;
        }
        partial.add(segment, buffer, offset);
        share.onHold(1);
        if (partial.isComplete()) {
            int count = partial.countFrames();
            FrameMessage message = partial;
            partial = null;
            share.onRelease(message.parts());
            onMessage(message, count);
        }
    }

    private void dropIncomplete() {
        if (partial != null) {
            drops.increment(NetDrop.INCOMPLETE);
            dropPartial();
        }
    }

    private void dropPartial() {
        if (partial != null) {
            share.onRelease(partial.parts());
            giveBack(partial);
            partial = null;
        }
    }

    private FrameMessage take() {
        FrameMessage message = free.pollLast();
        return message == null ? new FrameMessage() : message;
    }

    private void giveBack(FrameMessage message) {
        // Those that are late or broken too: whatever it says, the peer has sent it.
        takenId = message.id() - takenId > 0 ? message.id() : takenId;
        message.release();
        free.addLast(message);
    }

    private void onMessage(FrameMessage message, int count) {
        counters.add(RemoteNicCounter.FRAMES_RECEIVED, count);
        boolean mayWait = backlog.size() < BACKLOG_MAX && share.mayTake(message.parts());
        if (!mayWait && !backlog.isEmpty()) {
            drop(message, refusal);
            return;
        }
        share.onHold(message.parts());
        backlog.addLast(message);
        deliver();
        if (!mayWait && !backlog.isEmpty()) {
            drop(removeFirst(), refusal);
        }
    }

    private FrameMessage removeFirst() {
        FrameMessage message = backlog.removeFirst();
        share.onRelease(message.parts());
        return message;
    }

    /** A new duty cycle: hands on what has waited; returns how much. */
    int doWork() {
        cycleFrames = 0;
        cycleBytes = 0;
        deliver();
        return cycleFrames;
    }

    /** Tells the peer how far its frames have been taken, when that is news. */
    void report(Association association, int flow) {
        boolean isNews = takenId - reportedId >= REPORT_INTERVAL;
        long nowNs = clock.nanoTime();
        boolean isDue = isNews || repeatsLeft > 0 && nowNs - reportedNs >= REPEAT_NS;
        if (!isDue) {
            return;
        }
        // Also when there is no room for it: a time that is over must not keep the worker awake.
        reportedNs = nowNs;
        boolean isTold = association.reportTaken(flow, takenId);
        if (isTold && isNews) {
            reportedId = takenId;
            repeatsLeft = REPEATS_MAX;
        } else if (!isNews) {
            repeatsLeft--;
        }
    }

    /** When {@link #doWork} must run even if nothing happens, or {@code Agent.NO_DEADLINE}. */
    long deadlineNs() {
        long repeatNs = repeatsLeft > 0 ? reportedNs + REPEAT_NS : Agent.NO_DEADLINE;
        long retryNs = backlog.isEmpty() ? Agent.NO_DEADLINE : clock.nanoTime() + RETRY_NS;
        return Agent.earlier(repeatNs, retryNs);
    }

    private void deliver() {
        while (!backlog.isEmpty() && deliver(backlog.peekFirst())) {
            giveBack(removeFirst());
        }
    }

    /** Hands on what is left of a message; false when some must wait. */
    private boolean deliver(FrameMessage message) {
        try {
            boolean isDone = deliverFrames(message);
            MemoryFaults.raisePending();
            return isDone;
        } catch (InternalError e) {
            // Safety: memory of the guest has vanished, which its device finds out by itself. What
            // came with these frames must not be lost for it.
            counters.increment(RemoteNicCounter.GUEST_MEMORY_FAULTS);
            drops.add(refusal, message.skipAll(frame));
            return true;
        }
    }

    private boolean deliverFrames(FrameMessage message) {
        while (message.peek(frame)) {
            if (cycleFrames >= FRAMES_PER_CYCLE || cycleBytes >= BYTES_PER_CYCLE) {
                return false;
            }
            NetDrop reason = target == null ? NetDrop.NOT_READY : frame.invalidReason(mtu);
            int length = frame.length();
            if (reason != null) {
                drops.increment(reason);
            } else if (target.offer(frame)) {
                isRefused = false;
            } else if (mustWait()) {
                return false;
            } else {
                drops.increment(refusal);
            }
            message.skip(length);
            cycleFrames++;
            cycleBytes += length;
        }
        return true;
    }

    private boolean mustWait() {
        long nowNs = clock.nanoTime();
        if (!isRefused) {
            isRefused = true;
            refusedSinceNs = nowNs;
        }
        return nowNs - refusedSinceNs < PATIENCE_NS;
    }

    private void drop(FrameMessage message, NetDrop reason) {
        drops.add(reason, message.skipAll(frame));
        giveBack(message);
    }
}
