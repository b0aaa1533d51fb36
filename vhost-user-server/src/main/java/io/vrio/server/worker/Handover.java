// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Worker;

/**
 * What is behind a device and changes its worker with it: a disk of an I/O host. Nothing is under
 * way there meanwhile.
 */
public interface Handover {
    /** Lets go of the present worker, on its thread. */
    void leave();

    /**
     * Belongs to this worker from now on, on its thread.
     *
     * @throws IllegalStateException when that cannot take it: it is still of none
     */
    void join(Worker worker);
}
