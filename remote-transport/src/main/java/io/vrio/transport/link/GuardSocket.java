// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;

/**
 * Keeps the kernel from answering RST to our frames: a listening TCP socket on our address and port
 * that drops all it gets. When the process dies it is gone, and the kernel's RST tells the peer.
 */
public final class GuardSocket implements AutoCloseable {
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;

    private final int fd;
    private final NetworkPort port;
    private final int tcpPort;
    private boolean isClosed;

    private GuardSocket(int fd, NetworkPort port, int tcpPort) {
        this.fd = fd;
        this.port = port;
        this.tcpPort = tcpPort;
    }

    /**
     * @param port stays the caller's; its address is guarded
     * @param tcpPort 0 lets the kernel choose
     * @throws LinkException with one line, when the port is taken or the address is not ours
     */
    public static GuardSocket open(NetworkPort port, int tcpPort) {
        int family = SocketAddress.family(port.address().version());
        int fd = Linux.check(Linux.socket(family, SOCK_STREAM, 0), "socket");
        try {
            // Connections of an earlier user of the port may still wait for their end.
            Linux.check(Linux.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1), "SO_REUSEADDR");
            bind(fd, port, tcpPort);
            // Before listen: the socket never answers, not even for a moment.
            Linux.check(SocketFilter.attachDropAll(fd), "SO_ATTACH_FILTER");
            int result = Linux.listen(fd, 1);
            if (result < 0) {
                throw refusal(port.address(), tcpPort, -result);
            }
            return new GuardSocket(fd, port, boundPort(fd));
        } catch (RuntimeException e) {
            Linux.close(fd);
            throw e;
        }
    }

    private static void bind(int fd, NetworkPort port, int tcpPort) {
        try (NativeBuffer buffer = new NativeBuffer(SocketAddress.INTERNET_MAX)) {
            MemorySlice memory = buffer.slice();
            int length =
                    SocketAddress.putInternet(memory, 0, port.address(), tcpPort, port.index());
            int result = Linux.bind(fd, memory.address(0, length), length);
            if (result < 0) {
                throw refusal(port.address(), tcpPort, -result);
            }
        }
    }

    /** Again, when another interface has taken the name: a link-local address is on one alone. */
    public void bindToInterface() {
        if (port.address().isLinkLocal()) {
            Linux.check(port.bindToInterface(fd), "SO_BINDTODEVICE " + port.name());
        }
    }

    private static LinkException refusal(IpAddress address, int port, int errno) {
        String where = Endpoint.format(address, port);
        return new LinkException(
                switch (errno) {
                    case Linux.EADDRINUSE ->
                            "TCP port "
                                    + where
                                    + " is used by another program (see `ss -tlnp`): stop it or"
                                    + " choose another port";
                    case Linux.EADDRNOTAVAIL ->
                            "address "
                                    + address
                                    + " is not on this machine: give it to an interface with `ip"
                                    + " address add`, or name another";
                    case Linux.EACCES, Linux.EPERM ->
                            "TCP port "
                                    + where
                                    + " needs CAP_NET_BIND_SERVICE: choose a port above 1023";
                    default -> "TCP port " + where + ": " + Linux.describe(errno);
                });
    }

    private static int boundPort(int fd) {
        try (NativeBuffer buffer = new NativeBuffer(SocketAddress.INTERNET_MAX + 4)) {
            MemorySlice memory = buffer.slice();
            memory.putInt(SocketAddress.INTERNET_MAX, SocketAddress.INTERNET_MAX);
            int result =
                    Linux.getsockname(
                            fd,
                            memory.address(0, SocketAddress.INTERNET_MAX),
                            memory.address(SocketAddress.INTERNET_MAX, 4));
            Linux.check(result, "getsockname");
            return SocketAddress.port(memory, 0);
        }
    }

    /** The TCP port that is reserved for us. */
    public int port() {
        return tcpPort;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
        }
    }
}
