// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The network interface and the own address on it that an operator named, checked. Link state and
 * MTU are read anew at each call, which is a system call: control path. Opened in the network
 * namespace of the interface; then any thread.
 */
public final class NetworkPort implements AutoCloseable {
    /** Limit: bytes of an interface name, IFNAMSIZ without the final zero. */
    private static final int NAME_MAX = 15;

    /** Limit: addresses of this machine that are looked at. */
    private static final int ADDRESSES_MAX = 4096;

    /** Of the calling thread: a process may have threads in several network namespaces. */
    private static final Path IPV6_ADDRESSES = Path.of("/proc/thread-self/net/if_inet6");

    /** Limit: looks at an address of which the kernel looks for a duplicate, which takes 1-2 s. */
    private static final int CHECKS_MAX = 40;

    private static final long CHECK_INTERVAL_NS = 100_000_000L;

    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;

    private static final int SIOCGIFCONF = 0x8912;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCETHTOOL = 0x8946;

    // struct ethtool_channels {cmd; maximum of 4; rx; tx; other; combined}.
    private static final int ETHTOOL_GCHANNELS = 0x3C;
    private static final int CHANNELS_LENGTH = 36;
    private static final int CHANNELS_RX = 20;
    private static final int CHANNELS_COMBINED = 32;

    // struct ifreq {char name[16]; union of 24}.
    private static final int REQUEST_LENGTH = 40;
    private static final int REQUEST_VALUE = 16;

    private static final int FLAG_UP = 1;
    private static final int FLAG_RUNNING = 0x40;
    private static final int TYPE_ETHERNET = 1;
    private static final int TYPE_LOOPBACK = 772;

    private final String name;
    private final IpAddress address;
    private final int fd;
    private final NativeBuffer buffer = new NativeBuffer(REQUEST_LENGTH);
    private final MemorySlice request = buffer.slice();
    private int index;
    private long hardwareAddress;
    private boolean isGone;
    private boolean isClosed;

    private NetworkPort(String name, IpAddress address) {
        this.name = name;
        this.address = address;
        fd = Linux.check(Linux.socket(SocketAddress.AF_INET, SOCK_DGRAM, 0), "socket");
    }

    /**
     * @throws LinkException with one line that says what to do: interface missing, down or not
     *     Ethernet, address not on it
     */
    public static NetworkPort open(String interfaceName, IpAddress address) {
        int nameLength = interfaceName.getBytes(StandardCharsets.UTF_8).length;
        if (nameLength == 0 || nameLength > NAME_MAX) {
            throw new LinkException(
                    "'"
                            + interfaceName
                            + "' is not the name of an interface: `ip link` lists them");
        }
        NetworkPort port = new NetworkPort(interfaceName, address);
        try {
            port.check();
            return port;
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
    }

    private void check() {
        index = Linux.interfaceIndex(name);
        if (index < 0) {
            throw new LinkException(
                    "there is no network interface '"
                            + name
                            + "': `ip link` lists those there are");
        }
        checkEthernet();
        if ((flags() & FLAG_UP) == 0) {
            throw new LinkException(
                    "interface " + name + " is down: run `ip link set " + name + " up`");
        }
        switch (address.version()) {
            case V4 -> checkAddress(addresses());
            case V6 -> checkIpv6Address();
        }
        PacketLink.checkPermission();
    }

    private void checkEthernet() {
        ask(SIOCGIFHWADDR);
        int type = request.getUnsignedShort(REQUEST_VALUE);
        if (type != TYPE_ETHERNET) {
            throw new LinkException(
                    "interface "
                            + name
                            + (type == TYPE_LOOPBACK ? " is the loopback" : " is not Ethernet")
                            + ": name an Ethernet interface (a NIC, bond, VLAN, bridge or veth)");
        }
        takeHardwareAddress();
    }

    private void takeHardwareAddress() {
        hardwareAddress =
                (long) request.getUnsignedShortBigEndian(REQUEST_VALUE + 2) << 32
                        | request.getIntBigEndian(REQUEST_VALUE + 4) & 0xFFFF_FFFFL;
    }

    private void checkIpv6Address() {
        Ipv6AddressTable table = ipv6Addresses();
        checkAddress(table.addresses());
        for (int i = 0; i < CHECKS_MAX && table.isTentative(address); i++) {
            LockSupport.parkNanos(CHECK_INTERVAL_NS);
            table = ipv6Addresses();
        }
        if (table.isTentative(address)) {
            throw new LinkException(
                    "address "
                            + address
                            + " on interface "
                            + name
                            + " cannot be used: another station has it, or the kernel still looks"
                            + " for one (see `ip -6 address show tentative`)");
        }
    }

    private void checkAddress(List<IpAddress> own) {
        if (!own.contains(address)) {
            throw new LinkException(addressRefusal(own));
        }
    }

    private String addressRefusal(List<IpAddress> own) {
        if (own.isEmpty()) {
            String prefixLength =
                    switch (address.version()) {
                        case V4 -> "/24";
                        case V6 -> "/64";
                    };
            return "interface "
                    + name
                    + " has no "
                    + address.version()
                    + " address: run `ip address add "
                    + address
                    + prefixLength
                    + " dev "
                    + name
                    + "` with the right prefix length";
        }
        StringBuilder list = new StringBuilder();
        own.forEach(a -> list.append(' ').append(a));
        return "address " + address + " is not on interface " + name + ", which has" + list;
    }

    private Ipv6AddressTable ipv6Addresses() {
        List<String> lines;
        try {
            lines = Files.readAllLines(IPV6_ADDRESSES, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // The kernel has no IPv6.
            lines = List.of();
        }
        return Ipv6AddressTable.parse(lines, name);
    }

    /** The IPv4 addresses of the interface, the secondary ones as well. */
    private List<IpAddress> addresses() {
        int room = ADDRESSES_MAX * REQUEST_LENGTH;
        List<IpAddress> found = new ArrayList<>();
        try (NativeBuffer list = new NativeBuffer(16 + room)) {
            MemorySlice memory = list.slice();
            // struct ifconf {int length; struct ifreq *requests}.
            memory.putInt(0, room);
            memory.putLong(8, memory.address(16, room));
            // Safety: the kernel writes at most `room` bytes and says how many.
            Linux.check(Linux.ioctl(fd, SIOCGIFCONF, memory.address(0, 16)), "SIOCGIFCONF");
            int limit = 16 + memory.getInt(0);
            for (int at = 16; at < limit; at += REQUEST_LENGTH) {
                // An address may have a label: "eth0:1" is on eth0.
                String label = text(memory, at);
                if (label.equals(name) || label.startsWith(name + ":")) {
                    found.add(SocketAddress.address(memory, at + REQUEST_VALUE));
                }
            }
        }
        return found;
    }

    private static String text(MemorySlice memory, int offset) {
        byte[] bytes = new byte[NAME_MAX];
        memory.getBytes(offset, bytes, 0, NAME_MAX);
        int length = 0;
        while (length < NAME_MAX && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    public String name() {
        return name;
    }

    /** The own address. */
    public IpAddress address() {
        return address;
    }

    /** The kernel's index of the interface. */
    public int index() {
        return index;
    }

    /** The Ethernet address, first byte in bits 47-40. */
    public long hardwareAddress() {
        return hardwareAddress;
    }

    /**
     * Looks again after the interface has changed, or may have: a driver that is loaded anew and a
     * container that is plugged in again make another one of the same name. Called by the one
     * worker that uses {@link #index} and {@link #hardwareAddress}.
     */
    public synchronized Change follow() {
        int now = Linux.interfaceIndex(name);
        if (now < 0) {
            boolean wasGone = isGone;
            isGone = true;
            return wasGone ? Change.NONE : Change.GONE;
        }
        long formerAddress = hardwareAddress;
        if (tryAsk(SIOCGIFHWADDR) < 0 || request.getUnsignedShort(REQUEST_VALUE) != TYPE_ETHERNET) {
            return Change.NONE;
        }
        takeHardwareAddress();
        boolean isSame = now == index && formerAddress == hardwareAddress && !isGone;
        index = now;
        isGone = false;
        return isSame ? Change.NONE : Change.REPLACED;
    }

    /** What has become of the interface. */
    public enum Change {
        NONE,
        /** There is none of this name any more. */
        GONE,
        /** Another one has the name, or it has another address: what was bound must be anew. */
        REPLACED
    }

    /** The IP MTU now. */
    public synchronized int mtu() {
        ask(SIOCGIFMTU);
        return request.getInt(REQUEST_VALUE);
    }

    /** Queues that frames come in by, at least 1; a driver that does not tell has one. */
    synchronized int receiveQueues() {
        try (NativeBuffer channels = new NativeBuffer(CHANNELS_LENGTH)) {
            MemorySlice memory = channels.slice();
            memory.putInt(0, ETHTOOL_GCHANNELS);
            putName();
            request.putLong(REQUEST_VALUE, memory.address(0, CHANNELS_LENGTH));
            // Safety: the kernel writes the structure that this command names.
            if (Linux.ioctl(fd, SIOCETHTOOL, request.address(0, REQUEST_LENGTH)) < 0) {
                return 1;
            }
            return Math.max(1, memory.getInt(CHANNELS_RX) + memory.getInt(CHANNELS_COMBINED));
        }
    }

    /** Whether the interface exists, is up and has a carrier now. */
    public synchronized boolean isRunning() {
        int wanted = FLAG_UP | FLAG_RUNNING;
        return tryAsk(SIOCGIFFLAGS) >= 0
                && (request.getUnsignedShort(REQUEST_VALUE) & wanted) == wanted;
    }

    /** Makes a socket send and receive by this interface alone; returns a negated errno or 0. */
    synchronized int bindToInterface(int socket) {
        putName();
        long device = request.address(0, REQUEST_VALUE);
        return Linux.setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, device, REQUEST_VALUE);
    }

    private int flags() {
        ask(SIOCGIFFLAGS);
        return request.getUnsignedShort(REQUEST_VALUE);
    }

    private void ask(int question) {
        int result = tryAsk(question);
        if (result == -Linux.ENODEV) {
            throw new LinkException("network interface " + name + " is gone");
        }
        Linux.check(result, "ioctl " + Integer.toHexString(question) + " of interface " + name);
    }

    private int tryAsk(int question) {
        putName();
        return Linux.ioctl(fd, question, request.address(0, REQUEST_LENGTH));
    }

    private void putName() {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        request.fill(0, REQUEST_LENGTH, (byte) 0);
        request.putBytes(0, bytes, 0, bytes.length);
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
            buffer.close();
        }
    }
}
