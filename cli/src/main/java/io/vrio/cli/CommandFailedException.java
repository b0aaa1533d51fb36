// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

/** A command cannot do what it was asked to. The message is one line: what, why, what to do. */
public final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    public CommandFailedException(String message) {
        super(message);
    }

    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
