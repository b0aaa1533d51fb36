// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/** A worker has as many of something as it may have: it took no more, and nothing has changed. */
public final class WorkerFullException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param reason the limit that is reached, for the log
     */
    public WorkerFullException(String reason) {
        super(reason);
    }
}
