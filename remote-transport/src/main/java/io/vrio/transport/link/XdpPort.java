// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.sys.Bpf;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * AF_XDP sockets at the queues of an interface, and the program that gives them the frames of one
 * link; where they cannot be had it has none, and says so in one line. Outlives the links of its
 * worker, because a queue takes a new socket only a while after the last one has gone.
 */
final class XdpPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(XdpPort.class);

    /** Limit: queues with a socket of 8 MiB; frames of others come by the packet socket. */
    private static final int QUEUES_MAX = 8;

    /** Limit: attempts while the kernel still has an earlier socket of the queue, or program. */
    private static final int ATTEMPTS_MAX = 25;

    private static final long ATTEMPT_INTERVAL_NS = 4_000_000;

    private static final int NONE = -1;
    private static final XdpSocket[] NO_SOCKETS = {};

    private final NetworkPort port;
    private XdpSocket[] sockets = NO_SOCKETS;
    private int interfaceIndex;
    private int map = NONE;
    private int attachment = NONE;
    private Object owner;
    private String reason = "";

    /**
     * @param port stays the caller's, and outlives this
     */
    XdpPort(NetworkPort port) {
        this.port = port;
    }

    /**
     * Gives short frames to a TCP port to the sockets from now on; the frames of a former owner
     * take their usual way again.
     *
     * @param counters of the new owner
     */
    void attach(Object newOwner, int tcpPort, Counters<LinkCounter> counters) {
        detach();
        try {
            open();
            for (XdpSocket socket : sockets) {
                socket.serve(counters);
            }
            attach(tcpPort);
            owner = newOwner;
            reason = "";
        } catch (ErrnoException e) {
            close();
            fallBack(e);
        }
    }

    private void fallBack(ErrnoException e) {
        String line = cause(e.errno()) + " [" + e.getMessage() + "]: " + remedy(e.errno());
        if (!line.equals(reason)) {
            // Not for each attempt of a server to reach its IOhyp.
            LOG.warn("interface={} link=packet, not xdp: {}", port.name(), line);
        }
        reason = line;
    }

    private static String cause(int errno) {
        return switch (errno) {
            case Linux.EPERM, Linux.EACCES -> "this process may not";
            case Linux.EBUSY, Linux.EEXIST -> "another program has the interface's XDP";
            case Linux.ENOBUFS, Linux.ENOMEM -> "this process may not lock enough memory";
            case Linux.EAFNOSUPPORT, Linux.EOPNOTSUPP, Linux.EINVAL, Linux.ENOSYS ->
                    "the kernel or the interface cannot";
            default -> "it failed";
        };
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Linux.EPERM, Linux.EACCES ->
                    "run as root, or grant CAP_NET_RAW CAP_NET_ADMIN CAP_BPF";
            case Linux.EBUSY, Linux.EEXIST ->
                    "one daemon of an interface can have it; `ip link show` tells the program";
            case Linux.ENOBUFS, Linux.ENOMEM -> "grant CAP_IPC_LOCK, or raise `ulimit -l`";
            default -> "Linux 5.9 with CONFIG_XDP_SOCKETS can; else leave --link xdp out";
        };
    }

    private void open() {
        if (sockets.length > 0 && interfaceIndex == port.index()) {
            return;
        }
        closeSockets();
        interfaceIndex = port.index();
        int count = Math.min(QUEUES_MAX, port.receiveQueues());
        map = Bpf.createSocketMap(count);
        for (int queue = 0; queue < count; queue++) {
            XdpSocket socket = openSocket(queue);
            sockets = append(sockets, socket);
            Bpf.putSocket(map, queue, socket.fd());
        }
    }

    private static XdpSocket[] append(XdpSocket[] sockets, XdpSocket last) {
        XdpSocket[] all = new XdpSocket[sockets.length + 1];
        System.arraycopy(sockets, 0, all, 0, sockets.length);
        all[sockets.length] = last;
        return all;
    }

    private XdpSocket openSocket(int queue) {
        return retry(() -> XdpSocket.open(interfaceIndex, queue));
    }

    private void attach(int tcpPort) {
        int program =
                XdpProgram.load(
                        map,
                        port.hardwareAddress(),
                        port.address(),
                        tcpPort,
                        sockets[0].frameMax());
        try {
            attachment = retry(() -> Bpf.attach(program, interfaceIndex));
        } finally {
            // The attachment keeps it.
            Linux.close(program);
        }
    }

    /** Again while what a former process had is being cleared away; not after having given up. */
    private <T> T retry(Supplier<T> attempt) {
        int attemptsMax = reason.isEmpty() ? ATTEMPTS_MAX : 1;
        for (int i = 1; i < attemptsMax; i++) {
            try {
                return attempt.get();
            } catch (ErrnoException e) {
                if (e.errno() != Linux.EBUSY) {
                    throw e;
                }
            }
            LockSupport.parkNanos(ATTEMPT_INTERVAL_NS);
        }
        return attempt.get();
    }

    /** Takes the frames of this owner back to their usual way, if it has not lost them already. */
    void detach(Object formerOwner) {
        if (owner == formerOwner) {
            detach();
        }
    }

    private void detach() {
        owner = null;
        if (attachment != NONE) {
            Linux.close(attachment);
            attachment = NONE;
        }
        for (XdpSocket socket : sockets) {
            socket.discard();
        }
    }

    /** The sockets that serve this owner, by queue; none when it has to do without. */
    XdpSocket[] sockets(Object asking) {
        return asking == owner ? sockets : NO_SOCKETS;
    }

    /** Why there are no sockets, or empty. */
    String reason() {
        return reason;
    }

    private void closeSockets() {
        for (XdpSocket socket : sockets) {
            socket.close();
        }
        sockets = NO_SOCKETS;
        if (map != NONE) {
            Linux.close(map);
            map = NONE;
        }
    }

    @Override
    public void close() {
        detach();
        closeSockets();
    }
}
