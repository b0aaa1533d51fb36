// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.remote.PeerState;
import io.vrio.transport.remote.PeerStatus;

/**
 * What honest ends never do to each other, although no guest would notice: an older association of
 * a server lives on, or more is sent than was granted.
 */
final class Manners {
    private final Scenario scenario;
    private final NanoClock clock;
    private long startedNs;
    private boolean wasAttached;

    Manners(Scenario scenario, NanoClock clock) {
        this.scenario = scenario;
        this.clock = clock;
    }

    /** The server's process begins; an association of the one before may still be there. */
    void onServerStart() {
        startedNs = clock.nanoTime();
        wasAttached = false;
    }

    /** After the first server has worked. */
    void check(SimulatedServer server, SimulatedIohyp iohyp) {
        boolean isAttached = server.devices().get(0).disk().isAttached();
        boolean isNew = isAttached && !wasAttached;
        wasAttached = isAttached;
        boolean isAlone = clock.nanoTime() - startedNs > 2 * SimulatedIohyp.PEER_TIMEOUT_NS;
        // Without keys, a greeting that comes again begins an association that lives for a while.
        if (isNew && isAlone && iohyp.isUp() && scenario.isSealed()) {
            Leaks.check("older associations of a server", associations(server, iohyp), 1);
        }
    }

    private static long associations(SimulatedServer server, SimulatedIohyp iohyp) {
        return iohyp.peers().stream()
                .filter(peer -> peer.peer().equals(server.name()))
                .filter(peer -> peer.state() == PeerState.ESTABLISHED)
                .count();
    }

    /** At the end: nobody has sent what he had no credit for, unless a stranger did. */
    void checkCredit(SimulatedServer server, SimulatedIohyp iohyp) {
        if (!scenario.isSealed() && !scenario.wire().hasFewPorts()) {
            check(server.status());
            iohyp.peers().forEach(Manners::check);
        }
    }

    private static void check(PeerStatus peer) {
        if (peer.association() != null) {
            long beyond = peer.association().counters().get("dropped_out_of_credit");
            Leaks.check("super-frames beyond the credit of " + peer.peer(), beyond, 0);
        }
    }
}
