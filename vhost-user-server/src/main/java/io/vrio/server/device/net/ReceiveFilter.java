// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import java.util.Arrays;

/**
 * Which frames the guest wants, as its driver has said over the control queue (virtio 1.2,
 * 5.1.6.5.1). Everything, until it has said anything.
 */
final class ReceiveFilter implements AutoCloseable {
    /** Limit: addresses of each table; with more all unicast or all multicast frames are wanted. */
    static final int ADDRESSES_MAX = 64;

    private static final int ADDRESS_LENGTH = 6;
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long MULTICAST_BIT = 0x0100_0000_0000L;

    /** The modes a driver can set, in the order of their commands. */
    enum Mode {
        PROMISCUOUS,
        ALL_MULTICAST,
        ALL_UNICAST,
        NO_MULTICAST,
        NO_UNICAST,
        NO_BROADCAST;

        static Mode ofCommand(int command) {
            return command < MODES.length ? MODES[command] : null;
        }

        private static final Mode[] MODES = values();
    }

    private final NativeBuffer buffer = new NativeBuffer(Long.BYTES);
    private final MemorySlice head = buffer.slice();
    private final boolean[] modes = new boolean[Mode.values().length];
    private final long[] unicast = new long[ADDRESSES_MAX];
    private final long[] multicast = new long[ADDRESSES_MAX];
    private int unicastCount;
    private int multicastCount;
    private long mac;

    ReceiveFilter() {
        reset();
    }

    /** As before the driver has said anything. */
    void reset() {
        Arrays.fill(modes, false);
        set(Mode.PROMISCUOUS, true);
        unicastCount = 0;
        multicastCount = 0;
        mac = 0;
    }

    void set(Mode mode, boolean isSet) {
        modes[mode.ordinal()] = isSet;
    }

    private boolean is(Mode mode) {
        return modes[mode.ordinal()];
    }

    /** The card's own address; 0 while it is not known. */
    void setMac(long newMac) {
        mac = newMac;
    }

    /** Empties both tables, to be filled by {@link #addUnicast} and {@link #addMulticast}. */
    void clearTables() {
        unicastCount = 0;
        multicastCount = 0;
    }

    /** More addresses are wanted than can be remembered. */
    void overflowTables() {
        unicastCount = ADDRESSES_MAX + 1;
        multicastCount = ADDRESSES_MAX + 1;
    }

    /** Adds an address; beyond the limit the number alone is kept. */
    void addUnicast(long address) {
        if (unicastCount < ADDRESSES_MAX) {
            unicast[unicastCount] = address;
        }
        unicastCount++;
    }

    void addMulticast(long address) {
        if (multicastCount < ADDRESSES_MAX) {
            multicast[multicastCount] = address;
        }
        multicastCount++;
    }

    /** Whether the guest is to be given a frame. */
    boolean isWanted(SliceList frame) {
        if (is(Mode.PROMISCUOUS)) {
            return true;
        }
        frame.copyTo(0, head, 0, ADDRESS_LENGTH);
        long address = head.getLongBigEndian(0) >>> 16;
        if (address == BROADCAST) {
            return !is(Mode.NO_BROADCAST);
        }
        if ((address & MULTICAST_BIT) != 0) {
            return !is(Mode.NO_MULTICAST)
                    && (is(Mode.ALL_MULTICAST) || contains(multicast, multicastCount, address));
        }
        return !is(Mode.NO_UNICAST)
                && (is(Mode.ALL_UNICAST)
                        || mac == 0
                        || address == mac
                        || contains(unicast, unicastCount, address));
    }

    private static boolean contains(long[] table, int count, long address) {
        if (count > ADDRESSES_MAX) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            if (table[i] == address) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
