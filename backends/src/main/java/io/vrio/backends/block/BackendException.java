// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

/**
 * A backend cannot be had or changed as asked. The message is one line for the operator: what, why,
 * what to do. Nothing half-made is left behind.
 */
public final class BackendException extends Exception {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
