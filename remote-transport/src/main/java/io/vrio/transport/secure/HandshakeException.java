// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/** A handshake message is not of somebody who has the key, or was changed on its way. */
public final class HandshakeException extends Exception {
    private static final long serialVersionUID = 1L;

    public HandshakeException(String message) {
        super(message);
    }
}
