// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

/**
 * After all faults have stopped: each guest says hello to all of a VLAN, and to each other guest
 * alone, and is heard.
 */
final class NetProbe {
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long MS = 1_000_000;
    private static final long PATIENCE_NS = 2_000_000_000L;

    private final WholeWay way;
    private SentFrame frame;

    NetProbe(WholeWay way) {
        this.way = way;
    }

    void run() {
        // What the flood has used up of its right to flood comes back in this time.
        pause(1_000 * MS);
        way.fleet().guests().forEach(guest -> greetAll(guest, guest.card().vlan()));
        way.fleet().guests().forEach(guest -> greetAll(guest, guest.card().trunk()));
        for (NetGuest guest : way.fleet().guests()) {
            for (NetGuest other : way.fleet().guests()) {
                greet(guest, other);
            }
        }
        // What was said to a VLAN where nobody else is comes to the switch as well.
        pause(10 * MS);
    }

    private void pause(long timeNs) {
        long endNs = way.clock().nanoTime() + timeNs;
        way.runUntil(() -> way.clock().nanoTime() - endNs >= 0, PATIENCE_NS, "time stands still");
    }

    private void greetAll(NetGuest guest, int vlan) {
        if (vlan == 0) {
            return;
        }
        send(guest, BROADCAST, vlan);
        for (NetGuest other : way.fleet().guests()) {
            if (other != guest && other.card().isIn(vlan)) {
                await(other);
            }
        }
    }

    private void greet(NetGuest guest, NetGuest other) {
        for (int vlan = 1; vlan <= 2; vlan++) {
            if (guest != other && guest.card().isIn(vlan) && other.card().isIn(vlan)) {
                send(guest, other.mac(), vlan);
                await(other);
            }
        }
    }

    private void send(NetGuest guest, long target, int vlan) {
        frame = null;
        way.runUntil(
                () -> {
                    frame = guest.sendTo(target, vlan, () -> way.fleet().kick(guest));
                    return frame != null;
                },
                PATIENCE_NS,
                guest.card().name() + " cannot send");
    }

    private void await(NetGuest other) {
        way.runUntil(
                () -> way.ways().ledger().hasGot(other.card().index(), frame),
                PATIENCE_NS,
                other.card().name() + " does not get " + frame);
    }
}
