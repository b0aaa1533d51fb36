// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/** A part of a worker's duty cycle. All methods are called on the worker's thread. */
public interface Agent extends AutoCloseable {
    /** For logs and thread names. */
    String name();

    /** Does a bounded amount of what is ready, never waits, and returns how much it did. */
    int doWork();

    /**
     * Asks to be woken from now on (enable notifications), then looks once more.
     *
     * @return whether the worker may block; false when work has come meanwhile
     */
    default boolean prepareToBlock() {
        return true;
    }

    /** The worker runs again: notifications may be suppressed. */
    default void onWake() {}

    /**
     * The clock time at which doWork must run even if nothing wakes it, or {@link #NO_DEADLINE}.
     */
    default long deadlineNs() {
        return NO_DEADLINE;
    }

    /**
     * Memory that another process shares with us has vanished, and nobody knows whose: makes sure
     * that one's own is still there, and ends what uses it otherwise.
     */
    default void onMemoryFault() {}

    @Override
    default void close() {}

    long NO_DEADLINE = Long.MAX_VALUE;

    /** The earlier of two deadlines. */
    static long earlier(long firstNs, long secondNs) {
        if (firstNs == NO_DEADLINE || secondNs == NO_DEADLINE) {
            return Math.min(firstNs, secondNs);
        }
        return firstNs - secondNs < 0 ? firstNs : secondNs;
    }
}
