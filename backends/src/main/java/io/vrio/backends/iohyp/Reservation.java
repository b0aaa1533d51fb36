// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import java.time.Instant;

/** A device is kept for the server that had it when the IOhyp ended. */
record Reservation(String serverName, Instant until) {
    /** What others are told, behind the name of the device; the same each time they ask. */
    String refusal() {
        return "is kept until "
                + until
                + " for server "
                + serverName
                + ", which had it when this IOhyp ended; try again then (a server does so by"
                + " itself), or have it given back there first";
    }
}
