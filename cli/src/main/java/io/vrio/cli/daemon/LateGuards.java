// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.transport.link.GuardSocket;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The guards of links that were closed: the peer's last frames may still be on their way, and the
 * kernel would answer them with an RST. Guards are added on the worker; closed after it has ended.
 */
final class LateGuards implements AutoCloseable {
    /** Limit: as many ports stay taken while the daemon runs. */
    private static final int GUARDS_MAX = 4;

    /** How long a peer has to answer a goodbye. */
    private static final long KEPT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ArrayDeque<GuardSocket> guards = new ArrayDeque<>();
    private long addedNs;

    void add(GuardSocket guard) {
        if (guards.size() == GUARDS_MAX) {
            guards.remove().close();
        }
        guards.add(guard);
        addedNs = System.nanoTime();
    }

    @Override
    public void close() {
        long leftNs = addedNs + KEPT_NS - System.nanoTime();
        while (!guards.isEmpty() && leftNs > 0) {
            LockSupport.parkNanos(leftNs);
            leftNs = addedNs + KEPT_NS - System.nanoTime();
        }
        guards.forEach(GuardSocket::close);
        guards.clear();
    }
}
