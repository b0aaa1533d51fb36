// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.KeyRing;
import io.vrio.transport.wire.Endpoint;
import java.util.Optional;

/**
 * How an IOhyp meets its servers.
 *
 * @param local own Ethernet address, IPv4 address and TCP port
 * @param epoch random number of this process
 * @param mtuMax IP MTU, bytes; the interface's and a peer's may be smaller
 * @param peerTimeoutNs a server that is silent for so long is dead
 * @param keys of the servers that may come; empty on a trusted network
 * @param keyLimits how long the keys are used that are agreed on
 */
public record EndpointOptions(
        Endpoint local,
        long epoch,
        int mtuMax,
        long peerTimeoutNs,
        Optional<KeyRing> keys,
        KeyLimits keyLimits) {
    /** Keys are used as long as they usually are. */
    public EndpointOptions(
            Endpoint local, long epoch, int mtuMax, long peerTimeoutNs, Optional<KeyRing> keys) {
        this(local, epoch, mtuMax, peerTimeoutNs, keys, KeyLimits.DEFAULT);
    }
}
