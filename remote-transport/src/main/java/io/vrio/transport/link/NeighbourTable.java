// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the Ethernet address to which frames for a peer go: the peer's own, or the gateway's. The
 * kernel resolves; this asks it and never waits. Belongs to one worker.
 */
public final class NeighbourTable implements AutoCloseable {
    /** Of the calling thread: a process may have threads in several network namespaces. */
    private static final Path ROUTES = Path.of("/proc/thread-self/net/route");

    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int DISCARD_PORT = 9;
    private static final int SIOCGARP = 0x8954;

    // struct arpreq {sockaddr protocol; sockaddr hardware; int flags; sockaddr mask; char[16]}.
    private static final int ARP_LENGTH = 68;
    private static final int ARP_HARDWARE = 16 + 2;
    private static final int ARP_FLAGS = 32;
    private static final int ARP_DEVICE = 52;
    private static final int ARP_COMPLETE = 2;

    // After the arpreq: struct msghdr (56), sockaddr_in (16), the device name (16).
    private static final int MESSAGE = 72;
    private static final int MESSAGE_LENGTH = 56;
    private static final int NAME = MESSAGE + MESSAGE_LENGTH;
    private static final int DEVICE = NAME + SocketAddress.INTERNET_LENGTH;
    private static final int DEVICE_LENGTH = 16;

    private final NetworkPort port;
    private final int fd;
    private final NativeBuffer buffer = new NativeBuffer(DEVICE + DEVICE_LENGTH);
    private final MemorySlice memory = buffer.slice();
    private final Map<Integer, Long> fixed = new HashMap<>();
    private final Map<Integer, Integer> nextHops = new HashMap<>();
    private boolean isClosed;

    /**
     * @param port stays the caller's, and outlives the table
     */
    public NeighbourTable(NetworkPort port) {
        this.port = port;
        byte[] device = port.name().getBytes(StandardCharsets.UTF_8);
        memory.putBytes(DEVICE, device, 0, device.length);
        fd = Linux.check(Linux.socket(SocketAddress.AF_INET, SOCK_DGRAM, 0), "socket");
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
        Linux.check(
                Linux.setsockopt(
                        fd,
                        SOL_SOCKET,
                        SO_BINDTODEVICE,
                        memory.address(DEVICE, DEVICE_LENGTH),
                        DEVICE_LENGTH),
                "SO_BINDTODEVICE " + port.name());
    }

    /** And they name our address. */
    private void bind() {
        SocketAddress.putInternet(memory, NAME, port.address(), 0);
        long name = memory.address(NAME, SocketAddress.INTERNET_LENGTH);
        Linux.check(Linux.bind(fd, name, SocketAddress.INTERNET_LENGTH), "bind");
    }

    /** From now on {@code address} has this Ethernet address, whatever the kernel says. */
    public void put(int address, long hardwareAddress) {
        fixed.put(address, hardwareAddress);
    }

    /**
     * Makes the kernel look for the next hop to {@code address}, and looks again which one that is.
     * Call it again after a while as long as {@link #resolve} knows nothing: packets get lost.
     */
    public void start(int address) {
        nextHops.put(address, routes().nextHop(address));
        // An empty datagram to the discard port: the kernel must resolve to send it. The peer may
        // refuse it (ICMP), which an unconnected socket does not hear.
        SocketAddress.putInternet(memory, NAME, address, DISCARD_PORT);
        memory.fill(MESSAGE, MESSAGE_LENGTH, (byte) 0);
        memory.putLong(MESSAGE, memory.address(NAME, SocketAddress.INTERNET_LENGTH));
        memory.putInt(MESSAGE + 8, SocketAddress.INTERNET_LENGTH);
        // A failure shows as an address that stays unknown; the next start may do better.
        Linux.sendmsg(fd, memory.address(MESSAGE, MESSAGE_LENGTH), MSG_DONTWAIT);
    }

    private RouteTable routes() {
        List<String> lines;
        try {
            lines = Files.readAllLines(ROUTES, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // No /proc: every peer is taken to be on this link.
            lines = List.of();
        }
        return RouteTable.parse(lines, port.name());
    }

    /**
     * The Ethernet address of the next hop to {@code address}, or 0 while it is not known. One
     * system call: not per frame.
     */
    public long resolve(int address) {
        Long known = fixed.get(address);
        if (known != null) {
            return known;
        }
        return ask(nextHops.getOrDefault(address, address));
    }

    private long ask(int neighbour) {
        memory.fill(0, ARP_LENGTH, (byte) 0);
        SocketAddress.putInternet(memory, 0, neighbour, 0);
        memory.copyTo(DEVICE, memory, ARP_DEVICE, DEVICE_LENGTH);
        int result = Linux.ioctl(fd, SIOCGARP, memory.address(0, ARP_LENGTH));
        if (result < 0 || (memory.getInt(ARP_FLAGS) & ARP_COMPLETE) == 0) {
            return 0;
        }
        return (long) memory.getUnsignedShortBigEndian(ARP_HARDWARE) << 32
                | memory.getIntBigEndian(ARP_HARDWARE + 2) & 0xFFFF_FFFFL;
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
