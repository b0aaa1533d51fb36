// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;

/** Tells the operator what a refused system call lacked. */
final class Privilege {
    private Privilege() {}

    /** The failure, and what to do where it is one of privilege. */
    static String explain(ErrnoException e, String capabilities) {
        boolean isLacking = e.errno() == Linux.EPERM || e.errno() == Linux.EACCES;
        return e.getMessage()
                + (isLacking
                        ? ": run as root, or grant "
                                + capabilities
                                + " (systemd: AmbientCapabilities="
                                + capabilities
                                + ")"
                        : "");
    }
}
