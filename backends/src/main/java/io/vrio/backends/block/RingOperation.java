// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;

/** A request on its way through a {@link DiskRing}. Pooled by its lane; one worker. */
final class RingOperation {
    static final int NO_BOUNCE = -1;

    final RingLane lane;
    BlockRequest request;

    /** Bytes of a transfer that were moved by now. */
    long done;

    /** The buffer in the place of its memory, or {@link #NO_BOUNCE}. */
    int bounce = NO_BOUNCE;

    /** What the kernel has answered, while that waits to be delivered. */
    int result;

    /** Nobody wants its answer, only its end. */
    boolean isAbandoned;

    RingOperation(RingLane lane) {
        this.lane = lane;
    }

    void begin(BlockRequest newRequest) {
        request = newRequest;
        done = 0;
        isAbandoned = false;
    }
}
