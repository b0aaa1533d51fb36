// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import java.util.Map;

/**
 * What an operator is shown of a disk: a snapshot.
 *
 * @param backend the specification in force
 * @param capacity bytes; the last known when it has failed
 * @param allocated bytes of storage that it takes, 0 when it has failed
 * @param failure one line, empty when it is ready
 * @param claimedBy the name of the server that uses it, empty for none
 * @param claimedSince ISO 8601 in UTC, empty for none
 * @param reservedFor the name of the server that it is kept for, empty for none
 * @param reservedUntil ISO 8601 in UTC, empty for none
 * @param requestsUnderWay submitted to the backend and not yet ended
 * @param isKept whether it outlives a restart without being given as an option
 * @param counters see {@link DiskCounter}
 */
public record DiskStatus(
        String name,
        String backend,
        long capacity,
        long allocated,
        int blockSize,
        boolean isReadOnly,
        String serial,
        DiskState state,
        String failure,
        String claimedBy,
        String claimedSince,
        String reservedFor,
        String reservedUntil,
        int requestsUnderWay,
        boolean isKept,
        Map<String, Long> counters) {}
