// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server and its IOhyp have found to be the MTU between them. Tells the operator whenever it
 * is less than it could be. One worker.
 */
final class AgreedMtu {
    private static final Logger LOG = LoggerFactory.getLogger(AgreedMtu.class);

    private final PeerPort port;
    private int bytes;

    AgreedMtu(PeerPort port) {
        this.port = port;
    }

    int bytes() {
        return bytes;
    }

    /** The handshake has told what the other end has. */
    void begin(int agreed, int ours) {
        bytes = agreed;
        warnWhenSmaller(agreed, ours);
    }

    /** The peer's greeting has. */
    void onWelcome(int theirs) {
        warnWhenSmaller(theirs, bytes);
        bytes = Math.min(bytes, theirs);
    }

    private void warnWhenSmaller(int used, int ours) {
        if (used < ours) {
            LOG.warn("peer={} mtu={} ours={}: using the smaller", port.address(), used, ours);
        }
    }

    /** The path carries so much. */
    void onPath(int carried) {
        if (carried < bytes) {
            LOG.warn(
                    "peer={} mtu={} was={}: {}",
                    port.address(),
                    carried,
                    bytes,
                    LossReason.TOO_LONG);
            bytes = carried;
        }
    }
}
