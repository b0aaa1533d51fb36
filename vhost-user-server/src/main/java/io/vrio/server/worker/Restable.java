// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Agent;

/** An agent that need not be looked at while it has nothing to do. */
interface Restable extends Agent {
    /**
     * Whether all that can come for it now is told by an event or a command. Asked after a look in
     * vain.
     */
    boolean canRest();
}
