// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.AssociationStatus;
import java.util.List;

/**
 * A peer as an operator sees it.
 *
 * @param peer name of the other side, or its address while the name is not known
 * @param address IP address and TCP port
 * @param worker index of the server's worker whose association it is, from 0 on
 * @param sinceNs clock time at which the state was entered
 * @param mtu IP MTU in use, or in use the last time
 * @param reason why it is not established, or null
 * @param association in numbers, or null while there is none
 * @param events the last ones, oldest first
 */
public record PeerStatus(
        String peer,
        String address,
        int worker,
        PeerState state,
        long sinceNs,
        int mtu,
        String reason,
        AssociationStatus association,
        List<PeerEvent> events) {}
