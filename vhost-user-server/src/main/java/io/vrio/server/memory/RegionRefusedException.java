// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

/**
 * A change of the memory table that is refused; the table is as it was. The message names the
 * region and the reason. The frontend's fault, or a limit of this machine.
 */
public final class RegionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RegionRefusedException(String message) {
        super(message);
    }
}
