// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * A disk or a NIC cannot be had. The message is one line for the operator: what, why, what to do.
 */
public final class ClaimRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public ClaimRefusedException(String message) {
        super(message);
    }

    public ClaimRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
