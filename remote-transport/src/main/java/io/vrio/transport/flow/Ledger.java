// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.Counters;

/**
 * What an association's receiving side writes down and its sending side tells the peer: what has
 * come, how far each may go, whether an acknowledgement is due. One worker.
 */
record Ledger(
        ReceiveWindow window, Credit credit, AckTimer acks, Counters<AssociationCounter> counters) {
    static Ledger open(AssociationSetup setup, RttEstimator rtt) {
        return new Ledger(
                new ReceiveWindow(setup.firstReceived(), setup.protection().isSealed()),
                new Credit(setup.firstSent(), setup.firstReceived()),
                new AckTimer(rtt),
                new Counters<>(AssociationCounter.class));
    }
}
