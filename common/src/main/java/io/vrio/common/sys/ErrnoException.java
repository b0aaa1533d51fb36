// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import jnr.constants.platform.Errno;

/**
 * A system call failed, on the control path. The message has the form {@code bind
 * /run/vrio/blk0.sock: Address already in use (EADDRINUSE)}.
 */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param what the call and what it was applied to
     * @param errno a positive errno value
     */
    public ErrnoException(String what, int errno) {
        super(what + ": " + Linux.describe(errno) + " (" + Errno.valueOf(errno).name() + ")");
        this.errno = errno;
    }

    /** The positive errno value, see {@link Linux} for constants. */
    public int errno() {
        return errno;
    }
}
