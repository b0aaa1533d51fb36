// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import java.nio.file.Path;

/** A path that no socket can be made at. The message is one line for the operator. */
public final class SocketPathException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SocketPathException(Path path, String reason) {
        super("socket " + path + ": " + reason);
    }
}
