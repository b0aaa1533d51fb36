// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.remote.PeerState;

/**
 * What honest ends never do to each other, although no guest would notice: an older association of
 * a server lives on, one is ended that both want, or an end breaks the rules of sending.
 */
final class Manners {
    /** A peer that was heard so lately is not silent. */
    private static final long HEARD_NS = SimulatedIohyp.PEER_TIMEOUT_NS / 4;

    private final Scenario scenario;
    private final NanoClock clock;
    private final AssociationWatch atServer;
    private final AssociationWatch atIohyp;
    private long startedNs;
    private boolean wasAttached;

    /** The life of the IOhyp in which both ends were established the last time; or null. */
    private Object life;

    Manners(Scenario scenario, NanoClock clock) {
        this.scenario = scenario;
        this.clock = clock;
        atServer = new AssociationWatch(scenario, clock, "the server");
        atIohyp = new AssociationWatch(scenario, clock, "the IOhyp");
    }

    /** The server's process begins; an association of the one before may still be there. */
    void onServerStart() {
        startedNs = clock.nanoTime();
        wasAttached = false;
    }

    /** After all have worked. */
    void check(SimulatedServer server, SimulatedIohyp iohyp) {
        checkAlone(server, iohyp);
        Association there = iohyp.association(server.name());
        checkWanted(server, iohyp, there);
        atServer.look(server.association());
        atIohyp.look(there);
    }

    private void checkAlone(SimulatedServer server, SimulatedIohyp iohyp) {
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

    private boolean isHeard(Association association) {
        return clock.nanoTime() - association.lastHeardNs() < HEARD_NS;
    }

    /** With keys, nobody ends an association of two ends that hear each other and want it. */
    private void checkWanted(SimulatedServer server, SimulatedIohyp iohyp, Association there) {
        boolean isEstablished = server.moment().state() == PeerState.ESTABLISHED;
        boolean isSame = life != null && life == iohyp.life() && isEstablished;
        Association before = atIohyp.watched();
        if (isSame && server.association() == atServer.watched() && before != there) {
            // A wire that carries nothing one way leaves only one of them unheard.
            if (isHeard(before) && isHeard(server.association())) {
                throw new AssertionError("the IOhyp has ended an association that is wanted");
            }
        }
        // Who is short of buffers ends the association that keeps the most of them.
        boolean isRich = scenario.wire().hasManyBuffers();
        boolean isWatched = isEstablished && there != null && scenario.isSealed() && isRich;
        life = isWatched ? iohyp.life() : null;
    }
}
