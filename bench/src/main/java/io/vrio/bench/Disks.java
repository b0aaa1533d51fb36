// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.EnumMap;
import java.util.Map;

/** Which alternative serves which disk. */
final class Disks {
    private final Disk shared;
    private final Map<Alternative, Disk> own = new EnumMap<>(Alternative.class);

    Disks(Disk shared) {
        this.shared = shared;
    }

    /** The shared one, but vRIO's daemons lock their files against each other. */
    Disk of(Alternative alternative) {
        return switch (alternative) {
            case QSD_NBDKIT, QSD_LOCAL, VRIO -> shared;
            case VRIO_LOCAL, VRIO_SEALED, VRIO_XDP ->
                    own.computeIfAbsent(alternative, who -> shared.sibling(who.title()));
        };
    }
}
