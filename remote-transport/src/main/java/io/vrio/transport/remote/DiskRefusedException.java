// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** A disk cannot be had. The message is one line for the operator: what, why, what to do. */
public final class DiskRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public DiskRefusedException(String message) {
        super(message);
    }

    public DiskRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
