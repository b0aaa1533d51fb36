// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * The command in work of the control queue (virtio 1.2, 5.1.6.5): copied from the guest once, then
 * judged, then obeyed as a whole or not at all. One per device.
 *
 * <pre>
 *  command    | class u8 | command u8 | data |
 *  MAC table  | count u32 | address u8 x 6 x count |, unicast, then multicast
 * </pre>
 */
final class NetCommand implements AutoCloseable {
    private static final int CLASS = 0;
    private static final int COMMAND = 1;
    private static final int DATA = 2;

    private static final int CLASS_RX = 0;
    private static final int CLASS_MAC = 1;
    private static final int MAC_TABLE_SET = 0;
    private static final int MAC_ADDR_SET = 1;
    private static final int CLASS_ANNOUNCE = 3;
    private static final int ANNOUNCE_ACK = 0;
    private static final int CLASS_MQ = 4;
    private static final int MQ_VQ_PAIRS_SET = 0;

    private static final int MAC_LENGTH = 6;
    private static final int COUNT_LENGTH = 4;

    /** Limit: bytes of a command; only a table of more addresses than we keep is longer. */
    private static final int LENGTH_MAX = 4096;

    private final NetDevice device;
    private final NativeBuffer buffer = new NativeBuffer(LENGTH_MAX);
    private final MemorySlice bytes = buffer.slice();
    private int length;
    private boolean isCut;

    NetCommand(NetDevice device) {
        this.device = device;
    }

    /** Obeys a command; returns whether that was possible. */
    boolean execute(SliceList command) {
        isCut = command.length() > LENGTH_MAX;
        length = (int) Math.min(command.length(), LENGTH_MAX);
        if (length < DATA) {
            return false;
        }
        command.copyTo(0, bytes, 0, length);
        int what = bytes.getUnsignedByte(COMMAND);
        return switch (bytes.getUnsignedByte(CLASS)) {
            case CLASS_RX -> setMode(what);
            case CLASS_MAC -> setAddresses(what);
            case CLASS_ANNOUNCE -> what == ANNOUNCE_ACK && device.onAnnounced();
            case CLASS_MQ -> what == MQ_VQ_PAIRS_SET && setPairs();
            default -> false;
        };
    }

    private boolean setMode(int what) {
        ReceiveFilter.Mode mode = ReceiveFilter.Mode.ofCommand(what);
        if (mode == null || length < DATA + 1) {
            return false;
        }
        device.delivery().filter().set(mode, bytes.getByte(DATA) != 0);
        return true;
    }

    private boolean setAddresses(int what) {
        return switch (what) {
            case MAC_TABLE_SET -> setTables();
            case MAC_ADDR_SET -> {
                boolean isWhole = length >= DATA + MAC_LENGTH;
                if (isWhole) {
                    device.delivery().filter().setMac(address(DATA));
                }
                yield isWhole;
            }
            default -> false;
        };
    }

    private boolean setTables() {
        if (isCut) {
            device.delivery().filter().overflowTables();
            return true;
        }
        int unicastCount = tableCount(DATA);
        if (unicastCount < 0) {
            return false;
        }
        int multicast = DATA + COUNT_LENGTH + unicastCount * MAC_LENGTH;
        int multicastCount = tableCount(multicast);
        if (multicastCount < 0) {
            return false;
        }
        ReceiveFilter filter = device.delivery().filter();
        filter.clearTables();
        for (int i = 0; i < unicastCount; i++) {
            filter.addUnicast(address(DATA + COUNT_LENGTH + i * MAC_LENGTH));
        }
        for (int i = 0; i < multicastCount; i++) {
            filter.addMulticast(address(multicast + COUNT_LENGTH + i * MAC_LENGTH));
        }
        return true;
    }

    /** How many addresses a table holds, -1 when they are not all there. */
    private int tableCount(int at) {
        if (length - at < COUNT_LENGTH) {
            return -1;
        }
        long count = Integer.toUnsignedLong(bytes.getInt(at));
        return count * MAC_LENGTH > length - at - COUNT_LENGTH ? -1 : (int) count;
    }

    private long address(int at) {
        long high = Integer.toUnsignedLong(bytes.getIntBigEndian(at));
        return high << 16 | bytes.getUnsignedShortBigEndian(at + 4);
    }

    private boolean setPairs() {
        return length >= DATA + 2 && device.usePairs(bytes.getUnsignedShort(DATA));
    }

    @Override
    public void close() {
        buffer.close();
    }
}
