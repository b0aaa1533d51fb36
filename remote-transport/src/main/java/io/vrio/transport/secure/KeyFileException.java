// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/** A key file cannot be used; the message is one line for the operator. */
public final class KeyFileException extends Exception {
    private static final long serialVersionUID = 1L;

    KeyFileException(String message) {
        super(message);
    }
}
