// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.transport.remote.PeerState;
import io.vrio.transport.remote.SimulatedWire;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Waits for a moment inside the handshake, the key exchange or the greeting of the first server, so
 * that something can happen just then: by chance alone it hardly ever does.
 */
final class Ambush {
    private static final List<PeerState> MOMENTS =
            List.of(
                    PeerState.OPENING,
                    PeerState.OPENING,
                    PeerState.KEYING,
                    PeerState.KEYING,
                    PeerState.GREETING,
                    PeerState.GREETING,
                    PeerState.PROBING,
                    PeerState.ESTABLISHED);

    /** Limit: in one run, so that the guest gets somewhere. */
    private static final int COUNT_MAX = 8;

    /** Longer than a frame usually takes to the other end and back. */
    private static final long DELAY_MAX_NS = 150_000;

    private final WholeWay way;
    private final SplittableRandom random;
    private int left = COUNT_MAX;
    private PeerState moment;
    private long delayNs;

    Ambush(WholeWay way, SplittableRandom random) {
        this.way = way;
        this.random = random;
    }

    /** With even chances, waits for the next such moment. */
    void lay() {
        boolean isLaid = left > 0 && random.nextBoolean();
        moment = isLaid ? MOMENTS.get(random.nextInt(MOMENTS.size())) : null;
        delayNs = random.nextBoolean() ? 0 : random.nextLong(DELAY_MAX_NS);
    }

    /** Whether the moment has come; it does not come again. */
    boolean isDue() {
        boolean isDue = moment != null && dueNs() - way.clock().nanoTime() <= 0;
        if (isDue) {
            left--;
            moment = null;
        }
        return isDue;
    }

    private long dueNs() {
        if (moment == null) {
            return Agent.NO_DEADLINE;
        }
        SimulatedWire.Moment now = way.server().moment();
        return now.state() == moment ? now.sinceNs() + delayNs : Agent.NO_DEADLINE;
    }

    void clear() {
        left = 0;
        moment = null;
    }

    /** When {@link #isDue} has to be asked, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        return dueNs();
    }
}
