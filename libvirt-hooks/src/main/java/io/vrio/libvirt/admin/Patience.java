// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.common.clock.NanoClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * How long to wait for what others do in their own time, and how often to look.
 *
 * @param pause waits so many nanoseconds, or somewhat less
 * @param isStopped whether nobody wants to wait any longer
 */
public record Patience(long maxNs, NanoClock clock, LongConsumer pause, BooleanSupplier isStopped) {
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    public Patience(Duration max, BooleanSupplier isStopped) {
        this(max.toNanos(), NanoClock.SYSTEM, LockSupport::parkNanos, isStopped);
    }

    /** For taking back what was done: as long, whoever wants to stop. */
    Patience steadfast() {
        return new Patience(maxNs, clock, pause, () -> false);
    }

    /** One look at what is waited for. */
    @FunctionalInterface
    interface Look {
        boolean isThere() throws AdminException;
    }

    /**
     * Whether it came in time; looks once at least.
     *
     * @throws AdminException when the wait was stopped, too
     */
    boolean await(Look look) throws AdminException {
        long startNs = clock.nanoTime();
        while (!look.isThere()) {
            if (clock.nanoTime() - startNs >= maxNs) {
                return false;
            }
            if (isStopped.getAsBoolean()) {
                throw new AdminException("stopped by a signal");
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
