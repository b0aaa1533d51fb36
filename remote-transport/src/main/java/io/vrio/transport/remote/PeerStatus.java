// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.Map;

/**
 * One association as an operator sees it.
 *
 * @param peer name of the other side, or its address while the name is not known
 * @param address IPv4 address and TCP port
 * @param sinceNs clock time at which the state was entered
 * @param rttNs smoothed round-trip time, 0 while unknown
 * @param reason why it is not established, or null
 * @param counters of the association, empty while there is none
 */
public record PeerStatus(
        String peer,
        String address,
        PeerState state,
        long sinceNs,
        int mtu,
        long rttNs,
        long rtoNs,
        long flightBytes,
        String reason,
        Map<String, Long> counters) {}
