// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkKind;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.SocketLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Interface, guard socket and link of one side of a test. */
final class LinkEnd implements AutoCloseable {
    /** Limit: how long a test waits for what takes microseconds; then it fails. */
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(30);

    /** Short beside what is waited for; without it the one waited for might not get to run. */
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private final NetworkPort port;
    private final GuardSocket guard;
    private final LinkOpener opener;
    private final SocketLink link;

    LinkEnd(Namespace namespace, IpAddress address) {
        this(namespace, address, LinkKind.PACKET);
    }

    LinkEnd(Namespace namespace, IpAddress address, LinkKind kind) {
        port = namespace.call(() -> NetworkPort.open(Namespaces.INTERFACE, address));
        guard = namespace.call(() -> GuardSocket.open(port, 0));
        opener = new LinkOpener(port, kind);
        link = namespace.call(() -> opener.open(guard.port()));
    }

    NetworkPort port() {
        return port;
    }

    GuardSocket guard() {
        return guard;
    }

    SocketLink link() {
        return link;
    }

    /** Why it is not of the kind that was wanted. */
    String reason() {
        return opener.reason();
    }

    Endpoint endpoint() {
        return new Endpoint(port.hardwareAddress(), port.address(), guard.port());
    }

    /** Asks until the answer is yes; false when it is still no after a long time. */
    static boolean await(BooleanSupplier question) {
        long startNs = System.nanoTime();
        while (!question.getAsBoolean()) {
            if (System.nanoTime() - startNs > AWAIT_NS) {
                return false;
            }
            LockSupport.parkNanos(POLL_NS);
        }
        return true;
    }

    @Override
    public void close() {
        link.close();
        opener.close();
        guard.close();
        port.close();
    }
}
