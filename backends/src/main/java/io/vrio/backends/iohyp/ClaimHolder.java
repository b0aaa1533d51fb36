// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.transport.remote.Claimant;
import java.time.Instant;

/**
 * The server that has claimed a device.
 *
 * @param serverEpoch differs between two lives of the same server
 * @param number of two claims of one life the higher one is the later; 0 when they have none
 */
record ClaimHolder(String serverName, long serverEpoch, long number, Instant since) {
    ClaimHolder {
        serverName = DeviceName.printable(serverName);
    }

    static ClaimHolder of(Claimant claimant, Instant since) {
        return new ClaimHolder(
                claimant.serverName(), claimant.serverEpoch(), claimant.number(), since);
    }

    /** Whether a claim of this server's next life, or a later one of this life, comes before. */
    boolean yieldsTo(ClaimHolder other) {
        boolean isSameLife =
                serverName.equals(other.serverName) && serverEpoch == other.serverEpoch;
        return isFormerLifeOf(other) || isSameLife && other.number > number;
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
