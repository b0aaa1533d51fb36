// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Hears that network interfaces have come, gone or changed (rtnetlink(7)), in the network namespace
 * of the thread that made it. Non-blocking; one thread.
 */
public final class LinkEvents implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int GROUP_LINK = 1;
    private static final int MSG_DONTWAIT = 0x40;

    // struct sockaddr_nl {u16 family; u16; u32 port; u32 groups}.
    private static final int ADDRESS_LENGTH = 12;
    private static final int ADDRESS_GROUPS = 8;

    private static final int INDEX = NetlinkMessage.HEADER_LENGTH + 4;

    /** Bytes of an event that are looked at; the rest is cut off. */
    private static final int LOOK_LENGTH =
            NetlinkMessage.HEADER_LENGTH + NetlinkMessage.LINK_LENGTH;

    /** Limit: events of one look; those that are left are heard at the next one. */
    private static final int EVENTS_MAX = 64;

    private final int fd =
            Linux.check(Linux.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "socket AF_NETLINK");
    private final NativeBuffer buffer = new NativeBuffer(LOOK_LENGTH);
    private final MemorySlice memory = buffer.slice();
    private boolean isClosed;

    public LinkEvents() {
        memory.putShort(0, (short) AF_NETLINK);
        memory.putInt(ADDRESS_GROUPS, GROUP_LINK);
        try {
            long address = memory.address(0, ADDRESS_LENGTH);
            Linux.check(Linux.bind(fd, address, ADDRESS_LENGTH), "bind AF_NETLINK");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public int descriptor() {
        return fd;
    }

    /** Takes what has been heard; returns whether it may concern the interface with this index. */
    public boolean take(int index) {
        boolean concerns = false;
        for (int i = 0; i < EVENTS_MAX; i++) {
            // Safety: at most the buffer's bytes are written.
            long length = Linux.recv(fd, memory.address(0, LOOK_LENGTH), LOOK_LENGTH, MSG_DONTWAIT);
            if (length == -Linux.EAGAIN) {
                break;
            }
            // After an overrun (ENOBUFS) nobody knows what was lost.
            concerns |= length != LOOK_LENGTH || memory.getInt(INDEX) == index;
        }
        return concerns;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
            buffer.close();
        }
    }
}
