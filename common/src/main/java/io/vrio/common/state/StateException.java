// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.state;

/**
 * What a daemon keeps cannot be read or written. The message is one line for the operator; nothing
 * was changed.
 */
public final class StateException extends Exception {
    private static final long serialVersionUID = 1L;

    public StateException(String message) {
        super(message);
    }

    public StateException(String message, Throwable cause) {
        super(message, cause);
    }
}
