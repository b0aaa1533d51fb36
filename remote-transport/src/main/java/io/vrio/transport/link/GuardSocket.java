// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.Ipv4Address;

/**
 * Keeps the kernel from answering RST to our frames: a listening TCP socket on our address and port
 * that drops all it gets. When the process dies it is gone, and the kernel's RST tells the peer.
 */
public final class GuardSocket implements AutoCloseable {
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;

    private final int fd;
    private final int port;
    private boolean isClosed;

    private GuardSocket(int fd, int port) {
        this.fd = fd;
        this.port = port;
    }

    /**
     * @param port 0 lets the kernel choose
     * @throws LinkException with one line, when the port is taken or the address is not ours
     */
    public static GuardSocket open(int address, int port) {
        int fd = Linux.check(Linux.socket(SocketAddress.AF_INET, SOCK_STREAM, 0), "socket");
        try {
            // Connections of an earlier user of the port may still wait for their end.
            Linux.check(Linux.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1), "SO_REUSEADDR");
            bind(fd, address, port);
            // Before listen: the socket never answers, not even for a moment.
            Linux.check(SocketFilter.attachDropAll(fd), "SO_ATTACH_FILTER");
            int result = Linux.listen(fd, 1);
            if (result < 0) {
                throw refusal(address, port, -result);
            }
            return new GuardSocket(fd, boundPort(fd));
        } catch (RuntimeException e) {
            Linux.close(fd);
            throw e;
        }
    }

    private static void bind(int fd, int address, int port) {
        try (NativeBuffer buffer = new NativeBuffer(SocketAddress.INTERNET_LENGTH)) {
            SocketAddress.putInternet(buffer.slice(), 0, address, port);
            long name = buffer.slice().address(0, SocketAddress.INTERNET_LENGTH);
            int result = Linux.bind(fd, name, SocketAddress.INTERNET_LENGTH);
            if (result < 0) {
                throw refusal(address, port, -result);
            }
        }
    }

    private static LinkException refusal(int address, int port, int errno) {
        String where = new Endpoint(0, address, port).toString();
        return new LinkException(
                switch (errno) {
                    case Linux.EADDRINUSE ->
                            "TCP port "
                                    + where
                                    + " is used by another program (see `ss -tlnp`): stop it or"
                                    + " choose another port";
                    case Linux.EADDRNOTAVAIL ->
                            "address "
                                    + Ipv4Address.format(address)
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
        try (NativeBuffer buffer = new NativeBuffer(SocketAddress.INTERNET_LENGTH + 4)) {
            MemorySlice memory = buffer.slice();
            memory.putInt(SocketAddress.INTERNET_LENGTH, SocketAddress.INTERNET_LENGTH);
            int result =
                    Linux.getsockname(
                            fd,
                            memory.address(0, SocketAddress.INTERNET_LENGTH),
                            memory.address(SocketAddress.INTERNET_LENGTH, 4));
            Linux.check(result, "getsockname");
            return SocketAddress.port(memory, 0);
        }
    }

    /** The TCP port that is reserved for us. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
        }
    }
}
