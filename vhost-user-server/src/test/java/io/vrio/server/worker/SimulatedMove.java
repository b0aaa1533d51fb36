// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.clock.NanoClock;
import java.util.concurrent.CompletableFuture;

/** A fixture: a real move, of a device that is none between workers that are no threads. */
public final class SimulatedMove {
    private final DeviceMove move;

    /** What a simulation knows of it. */
    public interface Place extends MovePlace {}

    public SimulatedMove(String device, Place from, Place to, NanoClock clock) {
        move = new DeviceMove(device, from, to, clock, new CompletableFuture<>());
    }

    /** Part of the old worker's duty cycle. */
    public int proceed() {
        return move.proceed();
    }

    /** When it is given up. */
    public long deadlineNs() {
        return move.deadlineNs();
    }
}
