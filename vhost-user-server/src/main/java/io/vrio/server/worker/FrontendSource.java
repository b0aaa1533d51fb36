// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Agent;
import io.vrio.common.sys.UnixSocket;

/** Where the frontends of a device come from. Built by anybody, then on the worker's thread. */
interface FrontendSource extends AutoCloseable {
    /** What to watch for new frontends, negative when there is nothing to watch. */
    int fd();

    /** The next frontend, non-blocking; null when none is there now. */
    UnixSocket next();

    /** When to ask again even if nothing is heard. */
    default long deadlineNs() {
        return Agent.NO_DEADLINE;
    }

    /** For the operator. */
    String description();

    @Override
    void close();
}
