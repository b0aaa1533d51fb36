// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import java.time.Instant;

/**
 * The server that has claimed a device.
 *
 * @param serverEpoch differs between two lives of the same server
 */
record ClaimHolder(String serverName, long serverEpoch, Instant since) {
    ClaimHolder {
        serverName = DeviceName.printable(serverName);
    }

    /** A server that was restarted takes its devices over; another one may not. */
    boolean isFormerLifeOf(ClaimHolder other) {
        return serverName.equals(other.serverName) && serverEpoch != other.serverEpoch;
    }

    /** What the next one is told, behind the name of the device. */
    String refusal() {
        return "is in use by server "
                + serverName
                + " since "
                + since
                + "; detach it there, or stop that server, first";
    }
}
