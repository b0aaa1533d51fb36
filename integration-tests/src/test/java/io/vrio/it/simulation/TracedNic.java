// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;

/**
 * Between a guest's device and its NIC on the VM host: tells the ledger what passes, and counts it.
 */
final class TracedNic implements Nic, NetPort {
    private final NetScenario.Card card;
    private final Nic next;
    private final FrameLedger ledger;
    private NetPort guest;
    private long taken;
    private long given;

    TracedNic(NetScenario.Card card, Nic next, FrameLedger ledger) {
        this.card = card;
        this.next = next;
        this.ledger = ledger;
    }

    /** Frames of the guest that were taken or dropped behind here. */
    long taken() {
        return taken;
    }

    /** Frames for the guest that its device has taken or dropped. */
    long given() {
        return given;
    }

    @Override
    public NicProperties properties() {
        return next.properties();
    }

    @Override
    public boolean isReached() {
        return next.isReached();
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public boolean offer(NetFrame frame) {
        ledger.beginOffer(card.index(), next.properties().mac());
        boolean isTaken = false;
        try {
            isTaken = next.port().offer(frame);
        } finally {
            ledger.endOffer(frame, isTaken);
        }
        taken += isTaken ? 1 : 0;
        return isTaken;
    }

    @Override
    public void connect(NetPort newGuest) {
        guest = newGuest;
        next.connect(newGuest == null ? null : this::give);
    }

    private boolean give(NetFrame frame) {
        if (ledger.isShort()) {
            checkMayBypass(ledger.frame(frame));
            boolean isTaken = guest.offer(frame);
            if (isTaken) {
                ledger.onShort(card.index(), frame);
                given++;
            }
            return isTaken;
        }
        boolean isTaken = guest.offer(frame);
        given += isTaken ? 1 : 0;
        return isTaken;
    }

    /** Both are the only stations at access ports of one VLAN, and the frame is for this one. */
    private void checkMayBypass(SentFrame frame) {
        NetScenario.Card from = ledger.offering();
        boolean isPlain =
                frame.target() == next.properties().mac()
                        && frame.source() == ledger.offeringMac()
                        && next.properties().isLinkUp()
                        && from.vlan() == card.vlan()
                        && isOneStation(from)
                        && isOneStation(card);
        if (!isPlain) {
            throw new AssertionError("nic" + card.index() + " must not see at once " + frame);
        }
    }

    private static boolean isOneStation(NetScenario.Card card) {
        return !card.maySpoof() && (card.trunk() == 0 || card.trunk() == card.vlan());
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        next.onPropertiesChange(listener);
    }

    @Override
    public Counters<NetDrop> drops() {
        return next.drops();
    }

    @Override
    public void close() {
        next.close();
    }
}
