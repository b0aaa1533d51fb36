// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

/**
 * Behind which port of a switch an address was last seen, per VLAN: for ports whose guests may use
 * many addresses. Each such port has room of its own, so none of them can crowd out another. Open
 * addressing, at most half full; one worker.
 */
final class MacTable {
    /**
     * How long an address is remembered without being seen (IEEE 802.1Q, table 8-6). Shorter, and
     * quiet stations are flooded for; longer, and one that has moved silently is unreachable.
     */
    static final long AGEING_NS = 300_000_000_000L;

    /** Limit: addresses behind one port; frames to further ones go to all ports that learn. */
    static final int PER_PORT_MAX = 1024;

    private static final int VLAN_SHIFT = 48;
    private static final int NO_PORT = -1;

    /** Slots looked at for aged entries when one is added, so that the table cleans itself. */
    private static final int SWEEP_ON_ADD = 2;

    /** The same when there was no room: a port with aged entries soon has room again. */
    private static final int SWEEP_ON_REFUSAL = 16;

    private final long hashSeed;
    private final int[] countByPort;

    /** VLAN and address; 0, which no VLAN has, in an empty slot. */
    private long[] keys = new long[2];

    private int[] ports = new int[2];
    private long[] seenNs = new long[2];
    private int sweepAt;

    /**
     * @param portsMax port numbers are smaller
     * @param hashSeed unknown to guests, so that they cannot choose addresses that collide
     */
    MacTable(int portsMax, long hashSeed) {
        this.hashSeed = hashSeed;
        countByPort = new int[portsMax];
    }

    /** Makes room for so many ports. None that has entries may be among those left out. */
    void resize(int portCount) {
        long[] oldKeys = keys;
        int[] oldPorts = ports;
        long[] oldSeenNs = seenNs;
        int slots = Math.max(2, 2 * Integer.highestOneBit(2 * portCount * PER_PORT_MAX - 1));
        keys = new long[slots];
        ports = new int[slots];
        seenNs = new long[slots];
        sweepAt = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                put(slotOf(oldKeys[i]), oldKeys[i], oldPorts[i], oldSeenNs[i]);
            }
        }
    }

    private void put(int slot, long key, int port, long nowNs) {
        keys[slot] = key;
        ports[slot] = port;
        seenNs[slot] = nowNs;
    }

    /**
     * An address was seen as the source of a frame from {@code port}.
     *
     * @return false when the port's room is used up: then it is not known where the address is
     */
    boolean learn(int vlan, long mac, int port, long nowNs) {
        long key = key(vlan, mac);
        int slot = slotOf(key);
        if (keys[slot] == key) {
            if (ports[slot] == port) {
                seenNs[slot] = nowNs;
                return true;
            }
            // It has moved. Where it was is wrong now, also when there is no room at the new port.
            remove(slot);
        }
        if (countByPort[port] >= PER_PORT_MAX) {
            sweep(SWEEP_ON_REFUSAL, nowNs);
            return false;
        }
        sweep(SWEEP_ON_ADD, nowNs);
        put(slotOf(key), key, port, nowNs);
        countByPort[port]++;
        return true;
    }

    /** The number of the port, or -1 when it is not known. */
    int find(int vlan, long mac, long nowNs) {
        long key = key(vlan, mac);
        int slot = slotOf(key);
        return keys[slot] == key && !isAged(slot, nowNs) ? ports[slot] : NO_PORT;
    }

    /** Forgets all that was learned of a port. */
    void forget(int port) {
        int slot = 0;
        while (countByPort[port] > 0 && slot < keys.length) {
            if (keys[slot] != 0 && ports[slot] == port) {
                // Another entry may take this place.
                remove(slot);
            } else {
                slot++;
            }
        }
    }

    int count(int port) {
        return countByPort[port];
    }

    private void sweep(int slots, long nowNs) {
        for (int i = 0; i < slots; i++) {
            if (keys[sweepAt] != 0 && isAged(sweepAt, nowNs)) {
                remove(sweepAt);
            } else {
                sweepAt = sweepAt + 1 & keys.length - 1;
            }
        }
    }

    private boolean isAged(int slot, long nowNs) {
        return nowNs - seenNs[slot] >= AGEING_NS;
    }

    /** Where the key is, or the empty slot where it would be. */
    private int slotOf(long key) {
        int slot = homeOf(key);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private int homeOf(long key) {
        return (int) mix(key ^ hashSeed) & keys.length - 1;
    }

    /** Empties a slot, and closes the gap for the walks that would stop at it. */
    private void remove(int slot) {
        countByPort[ports[slot]]--;
        int mask = keys.length - 1;
        int gap = slot;
        for (int i = slot + 1 & mask; keys[i] != 0; i = i + 1 & mask) {
            // Whoever's home is cyclically behind the gap and not behind i must not move before it.
            boolean mayMove = (i - homeOf(keys[i]) & mask) >= (i - gap & mask);
            if (mayMove) {
                put(gap, keys[i], ports[i], seenNs[i]);
                gap = i;
            }
        }
        keys[gap] = 0;
    }

    private static long key(int vlan, long mac) {
        return (long) vlan << VLAN_SHIFT | mac;
    }

    /** Each bit of the result depends on each bit of {@code value} (MurmurHash3, finalizer). */
    static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return mixed ^ mixed >>> 33;
    }
}
