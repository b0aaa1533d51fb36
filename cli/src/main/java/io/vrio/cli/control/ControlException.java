// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

/** A request of an operator cannot be answered. The message is one line for the operator. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    public ControlException(String message) {
        super(message);
    }

    public ControlException(String message, Throwable cause) {
        super(message, cause);
    }
}
