// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.PacketLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.function.BooleanSupplier;

/** Interface, guard socket and packet link of one side of a test. */
final class LinkEnd implements AutoCloseable {
    /** Limit: how long a test waits for what takes microseconds. */
    private static final long AWAIT_NS = 10_000_000_000L;

    private final NetworkPort port;
    private final GuardSocket guard;
    private final PacketLink link;

    LinkEnd(Namespace namespace, IpAddress address) {
        port = namespace.call(() -> NetworkPort.open(Namespaces.INTERFACE, address));
        guard = namespace.call(() -> GuardSocket.open(port, 0));
        link = namespace.call(() -> PacketLink.open(port, guard.port()));
    }

    NetworkPort port() {
        return port;
    }

    GuardSocket guard() {
        return guard;
    }

    PacketLink link() {
        return link;
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
            Thread.onSpinWait();
        }
        return true;
    }

    @Override
    public void close() {
        link.close();
        guard.close();
        port.close();
    }
}
