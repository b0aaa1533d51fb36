// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which incarnations of its disks the guests of a VM host know, over the lives of its servers:
 * guests outlive them, and one that has writes of theirs unflushed must hear of a loss. Asked by
 * all workers whose disks they are.
 */
public interface KnownIncarnations {
    /** The last one that was {@link #put}. */
    OptionalLong find(String disk);

    /** From now on guests of this host may have written to it; kept when the process is killed. */
    void put(String disk, long incarnation);

    /** For the guests of one disk, which do not outlive this object. */
    static KnownIncarnations forgetful() {
        Map<String, Long> known = new HashMap<>();
        return new KnownIncarnations() {
            @Override
            public OptionalLong find(String disk) {
                Long incarnation = known.get(disk);
                return incarnation == null ? OptionalLong.empty() : OptionalLong.of(incarnation);
            }

            @Override
            public void put(String disk, long incarnation) {
                known.put(disk, incarnation);
            }
        };
    }
}
