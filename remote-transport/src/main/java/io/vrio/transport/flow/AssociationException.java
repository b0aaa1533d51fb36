// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * The peer broke the protocol after it was let in. Nothing it said since can be relied on: the
 * association must end, and a new handshake begin.
 */
public final class AssociationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AssociationException(String message) {
        super(message);
    }

    /** Throws when there is a reason to; null is none. */
    static void throwFor(String reason) {
        if (reason != null) {
            throw new AssociationException(reason);
        }
    }
}
