// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;

/**
 * The flow of one NIC, in one direction, in one association: numbers its messages, knows what it
 * may still send, and holds frames back while the peer has many that it has not taken yet. One
 * worker.
 */
public final class FrameFlow {
    /**
     * Limit: messages under way or waiting at the peer; then frames wait here, where whoever sends
     * them notices, and not there, where they would be dropped after all the work of sending.
     */
    public static final int UNTAKEN_MAX = 32;

    /**
     * Limit: how long frames wait to hear that some were taken. Who tells may be lost, and nobody
     * tells twice: after this long all count as taken, or lost.
     */
    static final long PATIENCE_NS = 50_000_000L;

    private final int flow;
    private int lastId;
    private int lastCycle;
    private long balance;
    private int takenId;
    private long waitingSinceNs;
    private boolean isWaiting;

    /**
     * @param flow 1 to 65535
     */
    public FrameFlow(int flow) {
        this(flow, 0);
    }

    /**
     * @param lastId of the messages of whoever had this flow before in this association: what is
     *     still under way of them must not look like something new
     */
    public FrameFlow(int flow, int lastId) {
        this.flow = flow;
        this.lastId = lastId;
        takenId = lastId;
    }

    public int flow() {
        return flow;
    }

    /** The number of the last message that has one. */
    public int lastId() {
        return lastId;
    }

    /** Numbers run on for ever, and are compared by difference. */
    int nextId() {
        return ++lastId;
    }

    /** Whether this is its first frame in a duty cycle; cycles are numbered from 1 on. */
    boolean isFirstOf(int cycle) {
        return lastCycle != cycle;
    }

    /**
     * Gets its part of what all may send.
     *
     * @param quota bytes, for each cycle since the last one
     * @param balanceMax what may be saved up
     */
    void grant(int cycle, long quota, long balanceMax) {
        long cycles = Math.max(1, cycle - lastCycle);
        lastCycle = cycle;
        balance = Math.min(balanceMax, balance + cycles * quota);
    }

    boolean maySend() {
        return balance > 0;
    }

    /** The last frame may use more than there is, which is taken off later. */
    void use(int length) {
        balance -= length;
    }

    /** Whether another message may begin. */
    boolean mayBegin(long nowNs) {
        if (lastId - takenId < UNTAKEN_MAX) {
            return true;
        }
        if (!isWaiting) {
            isWaiting = true;
            waitingSinceNs = nowNs;
        }
        expire(nowNs);
        return !isWaiting;
    }

    /** Waits no longer than it should. */
    public void expire(long nowNs) {
        if (isWaiting && nowNs - waitingSinceNs >= PATIENCE_NS) {
            onTaken(lastId);
        }
    }

    /** The peer has taken, or dropped, every message up to this one. */
    public void onTaken(int id) {
        boolean isNew = id - takenId > 0 && id - lastId <= 0;
        if (isNew) {
            takenId = id;
            isWaiting = false;
        }
    }

    /** When {@link #expire} must be called even if nothing is heard, or {@code NO_DEADLINE}. */
    public long deadlineNs() {
        return isWaiting ? waitingSinceNs + PATIENCE_NS : Agent.NO_DEADLINE;
    }
}
