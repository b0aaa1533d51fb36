// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import java.util.List;

/**
 * The workers of a daemon with what they carry, as {@link WorkerScaler} sees them. Its thread; each
 * may wait for the workers.
 */
interface WorkerPool {
    /** Of each running worker, in their order. */
    List<WorkerLoad> loads();

    /**
     * Starts one more worker and gives it its part of the load.
     *
     * @return false when there can be none now; nothing has changed then
     */
    boolean grow();

    /**
     * Gives what the last worker carries to the others, and ends it.
     *
     * @return false when it cannot be now; it goes on carrying what is left then
     */
    boolean shrink();

    /**
     * Moves a part of what one worker carries to another.
     *
     * @param share of the first one's busy time that should go, 0 to 1
     * @return false when there is nothing that could go and would not make the other the hot one
     */
    boolean rebalance(int from, int to, double share);
}
