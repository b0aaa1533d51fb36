// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

/** The wish that a daemon ends: SIGTERM and SIGINT, or a test. Any thread. */
public interface StopSignal {
    /** From now on a signal asks for an end in good order, instead of ending the process. */
    void arm();

    /** Waits until the end is wished for, or the waiting thread is interrupted. */
    void await();

    /** Whether the end is wished for. */
    boolean isWished();

    /** Wishes for the end because the daemon cannot go on; the exit status will be 1. */
    void fail();

    /** Whether {@link #fail} was called. */
    boolean hasFailed();
}
