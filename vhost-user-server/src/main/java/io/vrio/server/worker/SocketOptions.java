// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a device's socket behaves.
 *
 * @param group owns the socket file when it exists on this machine, so that its members (QEMU) may
 *     connect; empty to keep the process's group
 * @param drainNs how long a frontend that stops its vrings waits for requests that hang; then they
 *     are given up
 * @param hangsUp whether a frontend that hears of a lost link in no other way loses its connection
 *     until the link is back; for frontends that connect again by themselves
 */
public record SocketOptions(Optional<String> group, long drainNs, boolean hangsUp) {
    public static final SocketOptions DEFAULT =
            new SocketOptions(Optional.of("kvm"), TimeUnit.SECONDS.toNanos(10), false);
}
