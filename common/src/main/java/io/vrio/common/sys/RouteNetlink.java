// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Asks the kernel about network interfaces, and changes them; and asks it for the way to other
 * machines (rtnetlink(7)). Speaks of the network namespace of the thread that made it. Control
 * path: the kernel answers within the call. One thread.
 */
public final class RouteNetlink implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_ACK = 4;
    private static final int NLM_F_EXCL = 0x200;
    private static final int NLM_F_CREATE = 0x400;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_GETNEIGH = 30;

    private static final int IFF_UP = 1;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_MACVLAN_MODE = 1;
    private static final int MACVLAN_MODE_BRIDGE = 4;
    private static final int NESTED = 0x8000;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IPV4_LENGTH = 4;
    private static final int RTM_DESTINATION_LENGTH = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_VIA = 18;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;

    /** Limit: bytes of one message, more than an interface without virtual functions needs. */
    private static final int MESSAGE_MAX = 32 << 10;

    private final int fd =
            Linux.check(Linux.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "socket AF_NETLINK");
    private final NativeBuffer buffer = new NativeBuffer(2 * MESSAGE_MAX);
    private final MemorySlice request = buffer.slice().slice(0, MESSAGE_MAX);
    private final MemorySlice answer = buffer.slice().slice(MESSAGE_MAX, MESSAGE_MAX);
    private final NetlinkMessage message = new NetlinkMessage(request);
    private final NetlinkAnswer reader = new NetlinkAnswer(answer);
    private int sequence;
    private boolean isClosed;

    public RouteNetlink() {
        // Both only make errors easier to read; kernels before 4.12 do without.
        Linux.setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        Linux.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    }

    /** The interface of this name, or null when there is none. */
    public LinkStatus link(String name) {
        begin(RTM_GETLINK, 0).putText(NetlinkMessage.IFLA_IFNAME, name);
        return ask("interface " + name);
    }

    /** The interface with this index, or null when there is none. */
    public LinkStatus link(int index) {
        begin(RTM_GETLINK, 0).link(index);
        return ask("interface " + index);
    }

    private LinkStatus ask(String what) {
        int error = exchange(what);
        if (error == Linux.ENODEV) {
            return null;
        }
        check(error, what);
        return reader.link();
    }

    /** Makes an interface a port of a bridge. */
    public void setMaster(int index, int master, String what) {
        begin(RTM_NEWLINK, NLM_F_ACK).link(index).putInt(NetlinkMessage.IFLA_MASTER, master);
        check(exchange(what), what);
    }

    public void setMtu(int index, int mtu, String what) {
        begin(RTM_NEWLINK, NLM_F_ACK).link(index).putInt(NetlinkMessage.IFLA_MTU, mtu);
        check(exchange(what), what);
    }

    public void setMac(int index, long mac, String what) {
        begin(RTM_NEWLINK, NLM_F_ACK).link(index).putMac(NetlinkMessage.IFLA_ADDRESS, mac);
        check(exchange(what), what);
    }

    /** Attaches a text that tells people and programs whose the interface is. */
    public void setAlias(int index, String alias, String what) {
        begin(RTM_NEWLINK, NLM_F_ACK).link(index).putText(NetlinkMessage.IFLA_IFALIAS, alias);
        check(exchange(what), what);
    }

    public void setUp(int index, String what) {
        begin(RTM_NEWLINK, NLM_F_ACK).link(index).flag(IFF_UP, true);
        check(exchange(what), what);
    }

    /**
     * Makes a macvtap in mode bridge: those of one lower interface reach each other.
     *
     * @param lower index of the interface that it is a part of
     * @param mac 0 for a random one
     * @throws ErrnoException EEXIST when the name is taken
     */
    public void addMacvtap(String name, int lower, long mac) {
        begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .putText(NetlinkMessage.IFLA_IFNAME, name)
                .putInt(NetlinkMessage.IFLA_LINK, lower);
        if (mac != 0) {
            message.putMac(NetlinkMessage.IFLA_ADDRESS, mac);
        }
        int kind = message.open(NetlinkMessage.IFLA_LINKINFO | NESTED);
        message.putText(IFLA_INFO_KIND, "macvtap");
        int data = message.open(IFLA_INFO_DATA | NESTED);
        message.putInt(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
        message.close(data);
        message.close(kind);
        String what = "create macvtap " + name;
        check(exchange(what), what);
    }

    /** Removes an interface; nothing happens when it is gone. */
    public void remove(int index, String what) {
        begin(RTM_DELLINK, NLM_F_ACK).link(index);
        int error = exchange(what);
        if (error != Linux.ENODEV) {
            check(error, what);
        }
    }

    /**
     * The gateway to an address by way of this interface.
     *
     * @param address 4 or 16 bytes in network order
     * @return 4 or 16 bytes; none when the address is on the link or no route leads there
     */
    public byte[] gateway(int index, byte[] address) {
        beginRoute(RTM_GETROUTE, address)
                .bodyByte(RTM_DESTINATION_LENGTH, 8 * address.length)
                .putBytes(RTA_DST, address)
                .putInt(RTA_OIF, index);
        if (exchange("route") != 0) {
            return new byte[0];
        }
        byte[] gateway = reader.routeValue(RTA_GATEWAY, 0);
        // IPv4 by way of an IPv6 gateway: after two bytes with its family.
        return gateway.length > 0 ? gateway : reader.routeValue(RTA_VIA, 2);
    }

    /**
     * The Ethernet address of a neighbour on this interface, or 0 when the kernel does not know it.
     *
     * @param address 4 or 16 bytes in network order
     */
    public long neighbour(int index, byte[] address) {
        beginRoute(RTM_GETNEIGH, address).link(index).putBytes(NDA_DST, address);
        // One that does not answer has an entry as well, but no address in it.
        return exchange("neighbour") != 0 ? 0 : reader.routeMac(NDA_LLADDR);
    }

    private NetlinkMessage beginRoute(int type, byte[] address) {
        int family = address.length == IPV4_LENGTH ? AF_INET : AF_INET6;
        return message.begin(type, NLM_F_REQUEST, ++sequence, NetlinkMessage.ROUTE_LENGTH)
                .bodyByte(0, family);
    }

    private NetlinkMessage begin(int type, int flags) {
        return message.begin(type, NLM_F_REQUEST | flags, ++sequence);
    }

    /** Sends the message and receives its answer; returns the errno in it, 0 for none. */
    private int exchange(String what) {
        int length = message.end();
        // Safety: the kernel reads and writes within the slices. The answer is there when send
        // returns, because the kernel acts on the thread of the sender.
        Linux.check(Linux.send(fd, request.address(0, length), length, 0), what);
        long received = Linux.recv(fd, answer.address(0, MESSAGE_MAX), MESSAGE_MAX, MSG_DONTWAIT);
        Linux.check(received, what);
        return reader.wrap((int) received).errno();
    }

    private void check(int errno, String what) {
        if (errno != 0) {
            String text = reader.errorText();
            throw new ErrnoException(text.isEmpty() ? what : what + ": " + text, errno);
        }
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
