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
    /** Who was heard so lately is not silent, even if a stranger's RST has made him suspect. */
    private static final long HEARD_NS = 20_000_000;

    private final Scenario scenario;
    private final NanoClock clock;

    /** Of the server. */
    private final int worker;

    private final AssociationWatch atServer;
    private final AssociationWatch atIohyp;

    /** The newest association that has had devices. */
    private Association alone;

    /** The life of the IOhyp in which both ends were established the last time; or null. */
    private Object life;

    /** How often that one had no buffers then. */
    private long starved;

    Manners(Scenario scenario, NanoClock clock, int worker) {
        this.scenario = scenario;
        this.clock = clock;
        this.worker = worker;
        atServer = new AssociationWatch(scenario, clock, "the server");
        atIohyp = new AssociationWatch(scenario, clock, "the IOhyp");
    }

    /** After all have worked. */
    void check(SimulatedServer server, SimulatedIohyp iohyp) {
        if (worker >= server.workers().size()) {
            return;
        }
        Association there = iohyp.association(server.name(), worker);
        checkAlone(server, iohyp, there);
        checkWanted(server.workers().get(worker), iohyp, there);
        atServer.look(server.workers().get(worker).association());
        atServer.checkCredit();
        atIohyp.look(there);
    }

    /** When a server's newest association gets devices, those before it end. */
    private void checkAlone(SimulatedServer server, SimulatedIohyp iohyp, Association there) {
        boolean isNew = there != alone && iohyp.hasDevices(server.name(), worker);
        if (isNew) {
            alone = there;
        }
        // Without keys, a greeting that comes again begins an association that lives for a while.
        if (isNew && scenario.isSealed()) {
            long count = iohyp.associationsOfProcess(server.name(), worker);
            Leaks.check("associations of one process", count, 1);
        }
    }

    private boolean isHeard(Association association) {
        return clock.nanoTime() - association.lastHeardNs() < HEARD_NS;
    }

    /** With keys, nobody ends an association of two ends that hear each other and want it. */
    private void checkWanted(SimulatedWorker server, SimulatedIohyp iohyp, Association there) {
        boolean isEstablished = server.moment().state() == PeerState.ESTABLISHED;
        boolean isSame = life != null && life == iohyp.life() && isEstablished;
        Association before = atIohyp.watched();
        // Who is short of buffers ends the association that keeps the most of them.
        isSame &= starved == iohyp.starved();
        if (isSame && server.association() == atServer.watched() && before != there) {
            // A wire that carries nothing one way leaves only one of them unheard.
            if (isHeard(before) && isHeard(server.association())) {
                throw new AssertionError("the IOhyp has ended an association that is wanted");
            }
        }
        boolean isWatched = isEstablished && there != null && scenario.isSealed();
        life = isWatched ? iohyp.life() : null;
        starved = iohyp.starved();
    }
}
