// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

/** The backend broke the protocol, refused a request, or has gone. The connection is over. */
public final class VhostUserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public VhostUserException(String message) {
        super(message);
    }
}
