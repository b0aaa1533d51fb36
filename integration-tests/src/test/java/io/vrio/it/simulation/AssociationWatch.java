// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationCounter;
import io.vrio.transport.secure.KeyStatus;

/**
 * Looks at one end of an association after each duty cycle: nobody sends beyond his credit, what an
 * honest end has sealed can be opened, and no key is used for longer than it may be.
 */
final class AssociationWatch {
    /** Limit: so often at most all arrives that was sealed with a worn key. */
    private static final int ARRIVALS_MAX = 4;

    private final Scenario scenario;
    private final NanoClock clock;
    private final String owner;
    private Association watched;

    private int phase;

    /** How often everything that was under way has arrived under one worn key. */
    private int arrivals;

    private boolean wasIdle;

    AssociationWatch(Scenario scenario, NanoClock clock, String owner) {
        this.scenario = scenario;
        this.clock = clock;
        this.owner = owner;
    }

    /** The one that is there now, or null. */
    Association watched() {
        return watched;
    }

    /** The owner has worked, and has this association now, or none. */
    void look(Association association) {
        if (association != watched) {
            watched = association;
            arrivals = 0;
        }
        if (association == null) {
            return;
        }
        // A late hello, which carries no tag yet, comes to the next association of its port.
        boolean isOnlyPeer = !scenario.isForged() && !scenario.wire().hasFewPorts();
        if (scenario.isSealed() && isOnlyPeer) {
            check("super-frames that it could not open", AssociationCounter.DROPPED_FORGED);
        }
        if (scenario.hasShortKeys()) {
            association.protection().keyStatus().ifPresent(this::checkAge);
        }
    }

    /** A server's end: an IOhyp also has associations that a stranger's repetitions have begun. */
    void checkCredit() {
        if (watched != null && !scenario.isSealed() && !scenario.wire().hasFewPorts()) {
            check("super-frames beyond its credit", AssociationCounter.DROPPED_OUT_OF_CREDIT);
        }
    }

    private void check(String what, AssociationCounter counter) {
        Leaks.check(what + " came to " + owner, watched.counters().value(counter), 0);
    }

    /**
     * When everything under a worn key has arrived, the peer says so, and the next key is used. It
     * may say so late, as it tells of what is never sent again only when it hears of a later one.
     */
    private void checkAge(KeyStatus keys) {
        boolean isWorn =
                clock.nanoTime() - keys.sinceNs() >= scenario.keyLimits().ageMaxNs()
                        || keys.sealedBytes() >= scenario.keyLimits().bytesMax();
        boolean isIdle = watched.flightBytes() == 0;
        if (!isWorn || keys.sendPhase() != phase) {
            phase = keys.sendPhase();
            arrivals = 0;
        } else if (isIdle && !wasIdle && ++arrivals == ARRIVALS_MAX) {
            throw new AssertionError(owner + " uses a key for too long: " + keys);
        }
        wasIdle = isIdle;
    }
}
