// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/**
 * A worker that has ended was told something. A fault of ours, except where the ends of workers
 * overtake each other.
 */
public final class WorkerEndedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * @param worker its name, or whose it is
     */
    public WorkerEndedException(String worker) {
        super("worker " + worker + " has ended");
    }
}
