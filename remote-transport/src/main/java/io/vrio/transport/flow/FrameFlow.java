// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * The flow of one NIC, in one direction, in one association: numbers its messages, and knows what
 * it may still send. One worker.
 */
public final class FrameFlow {
    private final int flow;
    private int lastId;
    private int lastCycle;
    private long balance;

    /**
     * @param flow 1 to 65535
     */
    public FrameFlow(int flow) {
        this.flow = flow;
    }

    int flow() {
        return flow;
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
}
