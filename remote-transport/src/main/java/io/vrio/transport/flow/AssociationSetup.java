// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.secure.Protection;
import io.vrio.transport.wire.Endpoint;

/**
 * What the handshake has settled.
 *
 * @param firstSent 64-bit sequence of the first payload byte that we send
 * @param firstReceived 64-bit sequence of the first payload byte that the peer sends
 * @param localTag what the peer must put into the header of each super-frame
 * @param mtu IP MTU, bytes
 * @param protection of all super-frames; the association closes it
 */
public record AssociationSetup(
        Endpoint local,
        Endpoint remote,
        long firstSent,
        long firstReceived,
        int localTag,
        int mtu,
        Protection protection) {
    /** Without protection. */
    public AssociationSetup(
            Endpoint local,
            Endpoint remote,
            long firstSent,
            long firstReceived,
            int localTag,
            int mtu) {
        this(local, remote, firstSent, firstReceived, localTag, mtu, Protection.NONE);
    }
}
