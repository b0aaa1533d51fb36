// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The numbers of a server process's claims: of two claims of one disk the later has the higher one,
 * whichever workers they come from. Shared by all peers of a process; any thread.
 */
public final class ClaimNumbers {
    private final AtomicLong last = new AtomicLong();

    /** Positive, higher than all before. */
    long next() {
        return last.incrementAndGet();
    }
}
