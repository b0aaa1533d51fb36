// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.device.ConfigMemory;

/**
 * The configuration space of a virtio network card (virtio 1.2, 5.1.4), little endian.
 *
 * <pre>
 *   0 mac u8 x 6                      16 duplex u8
 *   6 status u16                      17 rss_max_key_size u8
 *   8 max_virtqueue_pairs u16         18 rss_max_indirection_table_length u16
 *  10 mtu u16                         20 supported_hash_types u32
 *  12 speed u32                       24
 * </pre>
 */
final class NetConfigSpace implements AutoCloseable {
    static final int LENGTH = 24;

    /** Of the status: frames are carried. */
    static final int LINK_UP = 1;

    /** Of the status: the guest is asked to make itself known to the network. */
    static final int ANNOUNCE = 2;

    private static final int MAC = 0;
    private static final int MAC_LENGTH = 6;
    private static final int STATUS = 6;
    private static final int MAX_VIRTQUEUE_PAIRS = 8;
    private static final int MTU = 10;
    private static final int SPEED = 12;
    private static final int DUPLEX = 16;

    private final ConfigMemory memory = new ConfigMemory(LENGTH);
    private final MemorySlice space = memory.bytes();

    NetConfigSpace(int pairs) {
        space.putShort(MAX_VIRTQUEUE_PAIRS, (short) pairs);
        // Unknown: there may be any number of links on the way.
        space.putInt(SPEED, -1);
        space.putByte(DUPLEX, (byte) -1);
    }

    void describe(NicProperties nic) {
        setMac(nic.mac());
        space.putShort(MTU, (short) nic.mtu());
        setStatus(LINK_UP, nic.isLinkUp());
    }

    private void setMac(long mac) {
        for (int i = 0; i < MAC_LENGTH; i++) {
            space.putByte(MAC + i, (byte) (mac >>> (8 * (MAC_LENGTH - 1 - i))));
        }
    }

    /** The address, 48 bits as on the wire. */
    long mac() {
        return space.getLongBigEndian(MAC) >>> 16;
    }

    void setMtu(int mtu) {
        space.putShort(MTU, (short) mtu);
    }

    boolean hasStatus(int bit) {
        return (space.getUnsignedShort(STATUS) & bit) != 0;
    }

    void setStatus(int bit, boolean isSet) {
        int rest = space.getUnsignedShort(STATUS) & ~bit;
        space.putShort(STATUS, (short) (isSet ? rest | bit : rest));
    }

    /** Whether a range lies in the address, which legacy drivers may write. */
    static boolean isInMac(int offset, long length) {
        return offset >= MAC && length <= MAC_LENGTH - offset;
    }

    void write(int offset, MemorySlice source) {
        source.copyTo(0, space, offset, source.length());
    }

    /** See {@link ConfigMemory#read}. */
    void read(int offset, MemorySlice target) {
        memory.read(offset, target);
    }

    @Override
    public void close() {
        memory.close();
    }
}
