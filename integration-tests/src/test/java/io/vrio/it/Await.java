// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what other processes do. */
public final class Await {
    /** Limit: far more than anything takes here; then the test fails. */
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(60);

    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private Await() {}

    /**
     * Asks until the answer is yes.
     *
     * @param what the message when it is still no after a long time
     */
    public static void until(Supplier<String> what, Callable<Boolean> question) throws Exception {
        long startNs = System.nanoTime();
        while (!question.call()) {
            if (System.nanoTime() - startNs > WAIT_NS) {
                throw new AssertionError("in vain until " + what.get());
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** The same with a message that is known before. */
    public static void until(String what, Callable<Boolean> question) throws Exception {
        until(() -> what, question);
    }
}
