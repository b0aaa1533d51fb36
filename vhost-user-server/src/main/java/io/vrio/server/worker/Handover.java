// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerFullException;

/**
 * What is behind a device and changes its worker with it: a disk of an I/O host. Nothing is under
 * way there meanwhile. What either method throws beside what it says is a fault of this program,
 * which the device ends with.
 */
public interface Handover {
    /** Lets go of the present worker, on its thread. */
    void leave();

    /**
     * Belongs to this worker from now on, on its thread.
     *
     * @throws WorkerFullException when that cannot take it: it is still of none
     */
    void join(Worker worker) throws WorkerFullException;
}
