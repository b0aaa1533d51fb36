// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries frames between guests of this VM host without the wire, where the I/O host allows it: the
 * cards share a broadcast domain, and each uses the address that it is known by. Everything else,
 * and everything as soon as one of the two is not here any more, goes to the I/O host. Where a way
 * changes, its first frames may overtake the last ones on the old way, once. One worker.
 */
public final class ShortCircuit {
    private static final int TABLE_MIN = 16;

    private final NanoClock clock;
    private final List<ShortCircuitNic> members = new ArrayList<>();

    /** By address, linear probing, at most half full; made anew with every change of a card. */
    private ShortCircuitNic[] table = new ShortCircuitNic[TABLE_MIN];

    public ShortCircuit(NanoClock clock) {
        this.clock = clock;
    }

    /** Puts a card in front of {@code nic}, which is closed with it. */
    public ShortCircuitNic join(Nic nic) {
        ShortCircuitNic member = new ShortCircuitNic(this, nic, clock);
        members.add(member);
        rebuild();
        return member;
    }

    void leave(ShortCircuitNic member) {
        members.remove(member);
        rebuild();
    }

    /** A card has joined, left, or is another one now. */
    void rebuild() {
        ShortCircuitNic[] next = new ShortCircuitNic[tableLength()];
        for (ShortCircuitNic member : members) {
            if (isReachable(member.properties())) {
                int slot = slot(member.properties().mac(), next.length);
                while (next[slot] != null) {
                    slot = slot + 1 & next.length - 1;
                }
                next[slot] = member;
            }
        }
        table = next;
    }

    private int tableLength() {
        return Math.max(TABLE_MIN, Integer.highestOneBit(members.size()) * 4);
    }

    private static boolean isReachable(NicProperties properties) {
        return properties.isLinkUp()
                && properties.mac() != 0
                && !properties.broadcastDomain().isEmpty();
    }

    private static int slot(long mac, int tableLength) {
        // The vendor's half is the same for most guests; the multiplication spreads the other one.
        return (int) (mac * 0x9E37_79B9_7F4A_7C15L >>> 40) & tableLength - 1;
    }

    /** The card of this address in this broadcast domain, or null when it is not here. */
    ShortCircuitNic find(long mac, String broadcastDomain) {
        int slot = slot(mac, table.length);
        while (table[slot] != null) {
            NicProperties found = table[slot].properties();
            if (found.mac() == mac && found.broadcastDomain().equals(broadcastDomain)) {
                return table[slot];
            }
            slot = slot + 1 & table.length - 1;
        }
        return null;
    }
}
