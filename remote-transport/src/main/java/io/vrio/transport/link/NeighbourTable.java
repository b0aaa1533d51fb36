// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.RouteNetlink;
import io.vrio.transport.wire.IpAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the Ethernet address to which frames for a peer go: the peer's own, or the gateway's. The
 * kernel resolves (ARP, neighbour discovery); this asks it and never waits. Made in the network
 * namespace of the interface; belongs to one worker.
 */
public final class NeighbourTable implements AutoCloseable {
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int DISCARD_PORT = 9;

    // struct msghdr, then a socket address.
    private static final int MESSAGE_LENGTH = 56;
    private static final int NAME = MESSAGE_LENGTH;

    private final NetworkPort port;
    private final int fd;
    private final RouteNetlink netlink;
    private final NativeBuffer buffer = new NativeBuffer(NAME + SocketAddress.INTERNET_MAX);
    private final MemorySlice memory = buffer.slice();
    private final Map<IpAddress, Long> fixed = new HashMap<>();
    private final Map<IpAddress, IpAddress> nextHops = new HashMap<>();
    private boolean isClosed;

    /**
     * @param port stays the caller's, and outlives the table
     */
    public NeighbourTable(NetworkPort port) {
        this.port = port;
        int family = SocketAddress.family(port.address().version());
        fd = Linux.check(Linux.socket(family, SOCK_DGRAM, 0), "socket");
        netlink = new RouteNetlink();
        try {
            bindToInterface();
            bind();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Questions leave by our interface, whatever the routes prefer. Again, when another one has
     * taken its name.
     */
    public void bindToInterface() {
        Linux.check(port.bindToInterface(fd), "SO_BINDTODEVICE " + port.name());
    }

    /** And they name our address. */
    private void bind() {
        int length = SocketAddress.putInternet(memory, NAME, port.address(), 0, port.index());
        Linux.check(Linux.bind(fd, memory.address(NAME, length), length), "bind");
    }

    /** From now on {@code address} has this Ethernet address, whatever the kernel says. */
    public void put(IpAddress address, long hardwareAddress) {
        fixed.put(address, hardwareAddress);
    }

    /**
     * Makes the kernel look for the next hop to {@code address}, and looks again which one that is.
     * Call it again after a while as long as {@link #resolve} knows nothing: packets get lost.
     */
    public void start(IpAddress address) {
        byte[] gateway = netlink.gateway(port.index(), address.bytes());
        nextHops.put(address, gateway.length == 0 ? address : IpAddress.of(gateway));
        // An empty datagram to the discard port: the kernel must resolve to send it. The peer may
        // refuse it (ICMP), which an unconnected socket does not hear.
        int length = SocketAddress.putInternet(memory, NAME, address, DISCARD_PORT, port.index());
        memory.fill(0, MESSAGE_LENGTH, (byte) 0);
        memory.putLong(0, memory.address(NAME, length));
        memory.putInt(8, length);
        // A failure shows as an address that stays unknown; the next start may do better.
        Linux.sendmsg(fd, memory.address(0, MESSAGE_LENGTH), MSG_DONTWAIT);
    }

    /**
     * The Ethernet address of the next hop to {@code address}, or 0 while it is not known. Two
     * system calls: not per frame.
     */
    public long resolve(IpAddress address) {
        Long known = fixed.get(address);
        if (known != null) {
            return known;
        }
        IpAddress neighbour = nextHops.getOrDefault(address, address);
        return netlink.neighbour(port.index(), neighbour.bytes());
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            netlink.close();
            Linux.close(fd);
            buffer.close();
        }
    }
}
