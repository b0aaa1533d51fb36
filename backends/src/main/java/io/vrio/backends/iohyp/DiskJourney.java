// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.transport.remote.Claimant;
import io.vrio.transport.remote.DiskCatalog;

/**
 * A claim on its way from the worker of who claims to the one that the disk is at home on, and back
 * with the disk. On one worker at a time.
 */
final class DiskJourney {
    /**
     * Limit: registries that it is sent on to, because the disk has left meanwhile. Then the
     * claimer is told to ask again.
     */
    private static final int STOPS_MAX = 8;

    private final String diskName;
    private final Claimant claimant;
    private final DiskRegistry claimer;
    private final DiskCatalog.Answer answer;
    private int stops;

    DiskJourney(
            String diskName, Claimant claimant, DiskRegistry claimer, DiskCatalog.Answer answer) {
        this.diskName = diskName;
        this.claimant = claimant;
        this.claimer = claimer;
        this.answer = answer;
    }

    String diskName() {
        return diskName;
    }

    Claimant claimant() {
        return claimant;
    }

    DiskRegistry claimer() {
        return claimer;
    }

    DiskCatalog.Answer answer() {
        return answer;
    }

    /** Whether it may be sent on once more. */
    boolean mayGoOn() {
        return stops++ < STOPS_MAX;
    }

    /** On any worker. */
    void refuse(DiskRegistry here, String reason) {
        if (here == claimer) {
            answer.onRefused(reason);
        } else {
            claimer.tell(() -> answer.onRefused(reason));
        }
    }
}
