// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/** An interface, address or port that an operator named cannot be used; one line with the cure. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
