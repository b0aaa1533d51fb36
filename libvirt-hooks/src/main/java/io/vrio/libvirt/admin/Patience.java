// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.common.clock.NanoClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * How long to wait for what others do in their own time, and how often to look.
 *
 * @param pause waits so many nanoseconds, or somewhat less
 */
public record Patience(long maxNs, NanoClock clock, LongConsumer pause) {
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    public Patience(Duration max) {
        this(max.toNanos(), NanoClock.SYSTEM, LockSupport::parkNanos);
    }

    /** One look at what is waited for. */
    @FunctionalInterface
    interface Look {
        boolean isThere() throws AdminException;
    }

    /** Whether it came in time; looks once at least. */
    boolean await(Look look) throws AdminException {
        long startNs = clock.nanoTime();
        while (!look.isThere()) {
            if (clock.nanoTime() - startNs >= maxNs) {
                return false;
            }
            pause.accept(POLL_NS);
        }
        return true;
    }

    /** For error messages. */
    String text() {
        return maxNs % TimeUnit.SECONDS.toNanos(1) == 0
                ? TimeUnit.NANOSECONDS.toSeconds(maxNs) + " s"
                : TimeUnit.NANOSECONDS.toMillis(maxNs) + " ms";
    }
}
