// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import java.util.List;

/**
 * The ports of a switch by the one address that is theirs. The same address may belong to several
 * ports that share no VLAN. Made anew with every change, which is seldom; one worker.
 */
final class BoundAddresses {
    private static final int SLOTS_MIN = 16;

    private final long hashSeed;

    /** Open addressing, at most half full. */
    private SwitchPort[] slots = new SwitchPort[SLOTS_MIN];

    BoundAddresses(long hashSeed) {
        this.hashSeed = hashSeed;
    }

    void rebuild(List<SwitchPort> ports) {
        int wanted = Math.max(SLOTS_MIN, Integer.highestOneBit(ports.size()) * 4);
        SwitchPort[] next = new SwitchPort[wanted];
        for (SwitchPort port : ports) {
            if (port.mac() != 0) {
                int slot = homeOf(port.mac(), next.length);
                while (next[slot] != null) {
                    slot = slot + 1 & next.length - 1;
                }
                next[slot] = port;
            }
        }
        slots = next;
    }

    private int homeOf(long mac, int length) {
        return (int) MacTable.mix(mac ^ hashSeed) & length - 1;
    }

    /** Whose address this is in a VLAN, or null. */
    SwitchPort find(long mac, int vlan) {
        int slot = homeOf(mac, slots.length);
        while (slots[slot] != null) {
            if (slots[slot].mac() == mac && slots[slot].vlans().has(vlan)) {
                return slots[slot];
            }
            slot = slot + 1 & slots.length - 1;
        }
        return null;
    }

    /** Another port than {@code asking} that has this address in one of its VLANs, or null. */
    SwitchPort rival(long mac, SwitchPort asking) {
        int slot = homeOf(mac, slots.length);
        while (slots[slot] != null) {
            SwitchPort found = slots[slot];
            boolean isRival = found != asking && found.mac() == mac;
            if (isRival && found.vlans().intersects(asking.vlans())) {
                return found;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return null;
    }
}
