// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import java.nio.charset.StandardCharsets;

/**
 * Reads what the kernel sent to an rtnetlink socket: facts about a network interface, a route or a
 * neighbour, or an error {@code nlmsgerr {i32 error; nlmsghdr of the request}}, each followed by
 * attributes.
 */
final class NetlinkAnswer {
    private static final int ERROR_TYPE = 2;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int HAS_ATTRIBUTES = 0x200;
    private static final int ERROR = NetlinkMessage.HEADER_LENGTH;
    private static final int ERROR_ATTRIBUTES = ERROR + 4 + NetlinkMessage.HEADER_LENGTH;
    private static final int ERROR_TEXT = 1;

    private static final int LINK_TYPE = NetlinkMessage.HEADER_LENGTH + 2;
    private static final int LINK_INDEX = NetlinkMessage.HEADER_LENGTH + 4;
    private static final int LINK_FLAGS = NetlinkMessage.HEADER_LENGTH + 8;
    private static final int LINK_ATTRIBUTES =
            NetlinkMessage.HEADER_LENGTH + NetlinkMessage.LINK_LENGTH;

    private static final int IFF_UP = 1;
    private static final int IFF_LOWER_UP = 0x10000;
    private static final int ARPHRD_ETHER = 1;
    private static final int INFO_KIND = 1;
    private static final int MAC_LENGTH = 6;

    // struct rtnl_link_stats64, eight bytes each.
    private static final int STATS_RX_DROPPED = 6 * 8;
    private static final int STATS_TX_DROPPED = 7 * 8;

    private final MemorySlice memory;
    private int limit;

    /**
     * @param memory holds one message whenever a method is called
     */
    NetlinkAnswer(MemorySlice memory) {
        this.memory = memory;
    }

    /**
     * @param received bytes that the socket gave
     */
    NetlinkAnswer wrap(int received) {
        limit = Math.min(received, memory.getInt(0));
        return this;
    }

    /** The errno, or 0. */
    int errno() {
        return memory.getUnsignedShort(TYPE) == ERROR_TYPE ? -memory.getInt(ERROR) : 0;
    }

    /** What the kernel adds to an errno, or nothing. */
    String errorText() {
        boolean hasAttributes = (memory.getUnsignedShort(FLAGS) & HAS_ATTRIBUTES) != 0;
        int at = hasAttributes ? find(ERROR_ATTRIBUTES, limit, ERROR_TEXT) : 0;
        return at == 0 ? "" : text(at);
    }

    LinkStatus link() {
        int flags = memory.getInt(LINK_FLAGS);
        int statistics = find(NetlinkMessage.IFLA_STATS64);
        int info = find(NetlinkMessage.IFLA_LINKINFO);
        int kind = info == 0 ? 0 : find(info + 4, info + length(info), INFO_KIND);
        return new LinkStatus(
                memory.getInt(LINK_INDEX),
                text(find(NetlinkMessage.IFLA_IFNAME)),
                text(kind),
                text(find(NetlinkMessage.IFLA_IFALIAS)),
                (flags & IFF_UP) != 0,
                (flags & IFF_LOWER_UP) != 0,
                memory.getUnsignedShort(LINK_TYPE) == ARPHRD_ETHER,
                mac(find(NetlinkMessage.IFLA_ADDRESS)),
                number(find(NetlinkMessage.IFLA_MTU)),
                number(find(NetlinkMessage.IFLA_MASTER)),
                statistics == 0 ? 0 : memory.getLong(statistics + 4L + STATS_RX_DROPPED),
                statistics == 0 ? 0 : memory.getLong(statistics + 4L + STATS_TX_DROPPED));
    }

    /** The value of an attribute of a route or neighbour, from its byte {@code skip} on. */
    byte[] routeValue(int type, int skip) {
        int attribute = findOfRoute(type);
        int from = NetlinkMessage.ATTRIBUTE_LENGTH + skip;
        byte[] value = new byte[attribute == 0 ? 0 : Math.max(0, length(attribute) - from)];
        memory.getBytes(attribute + (long) from, value, 0, value.length);
        return value;
    }

    /** The Ethernet address in an attribute of a neighbour, or 0. */
    long routeMac(int type) {
        return mac(findOfRoute(type));
    }

    private int findOfRoute(int type) {
        int attributes = NetlinkMessage.HEADER_LENGTH + NetlinkMessage.ROUTE_LENGTH;
        return find(attributes, limit, type);
    }

    private int find(int type) {
        return find(LINK_ATTRIBUTES, limit, type);
    }

    /** The offset of an attribute among those from {@code at} on, or 0. */
    private int find(int at, int end, int type) {
        int attribute = at;
        while (attribute + NetlinkMessage.ATTRIBUTE_LENGTH <= end) {
            if ((memory.getUnsignedShort(attribute + 2L) & NetlinkMessage.TYPE_MASK) == type) {
                return attribute;
            }
            // The kernel's word is trusted, but a length of 0 would never end.
            attribute += Math.max(length(attribute) + 3 & ~3, NetlinkMessage.ATTRIBUTE_LENGTH);
        }
        return 0;
    }

    private int length(int attribute) {
        return memory.getUnsignedShort(attribute);
    }

    private int number(int attribute) {
        return attribute == 0 ? 0 : memory.getInt(attribute + 4L);
    }

    private long mac(int attribute) {
        if (attribute == 0 || length(attribute) != NetlinkMessage.ATTRIBUTE_LENGTH + MAC_LENGTH) {
            return 0;
        }
        return (long) memory.getUnsignedShortBigEndian(attribute + 4L) << 32
                | memory.getIntBigEndian(attribute + 6L) & 0xFFFF_FFFFL;
    }

    /** A text without its final zero. */
    private String text(int attribute) {
        int length = attribute == 0 ? 0 : length(attribute) - NetlinkMessage.ATTRIBUTE_LENGTH - 1;
        if (length <= 0) {
            return "";
        }
        byte[] bytes = new byte[length];
        memory.getBytes(attribute + 4L, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
