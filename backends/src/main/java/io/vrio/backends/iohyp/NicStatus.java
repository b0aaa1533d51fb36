// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.common.io.NicProperties;
import java.util.Map;

/**
 * What an operator is shown of a NIC: a snapshot.
 *
 * @param backend the specification in force
 * @param properties as the guest sees it: its link is up when the operator and the backend say so
 * @param isLinkWanted what the operator says of the link
 * @param failure one line, empty when it is ready
 * @param claimedBy the name of the server that uses it, empty for none
 * @param claimedSince ISO 8601 in UTC, empty for none
 * @param reservedFor the name of the server that it is kept for, empty for none
 * @param reservedUntil ISO 8601 in UTC, empty for none
 * @param isKept whether it outlives a restart without being given as an option
 * @param counters see {@link NicClaimCounter} and {@link io.vrio.backends.net.NicCounter}; those of
 *     the backend begin anew when it is opened again
 */
public record NicStatus(
        String name,
        String backend,
        NicProperties properties,
        boolean isLinkWanted,
        NicState state,
        String failure,
        String claimedBy,
        String claimedSince,
        String reservedFor,
        String reservedUntil,
        boolean isKept,
        Map<String, Long> counters) {}
