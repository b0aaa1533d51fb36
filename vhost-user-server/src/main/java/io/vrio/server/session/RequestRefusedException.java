// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

/**
 * The frontend asked for what it may not have; nothing has changed. Without stack trace: it is the
 * frontend's fault, and a hostile one causes many.
 */
final class RequestRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RequestRefusedException(String reason) {
        super(reason, null, false, false);
    }
}
