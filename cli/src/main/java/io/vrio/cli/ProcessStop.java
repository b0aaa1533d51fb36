// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of this process: signals wake the main thread, which closes what it opened and then
 * reports its exit status here. Lives as long as the process.
 */
final class ProcessStop implements StopSignal {
    /** Limit: then the process ends unfinished; whoever supervises it would kill it soon after. */
    private static final int STOP_SECONDS_MAX = 10;

    private final CountDownLatch wish = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status = ExitStatus.FAILED;
    private volatile boolean hasFailed;

    @Override
    public void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "stop"));
    }

    @Override
    public void await() {
        try {
            wish.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isWished() {
        return wish.getCount() == 0;
    }

    @Override
    public void fail() {
        hasFailed = true;
        wish.countDown();
    }

    @Override
    public boolean hasFailed() {
        return hasFailed;
    }

    /** Ends the process with this status. Does not return. */
    void exit(int exitStatus) {
        status = exitStatus;
        finished.countDown();
        // Waits for onShutdown when a signal came first; that one then ends the process.
        System.exit(exitStatus);
    }

    /** On a thread of the JVM's own, by a signal or by {@link #exit}. */
    private void onShutdown() {
        wish.countDown();
        try {
            if (!finished.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println(
                        "vrio: not stopped within " + STOP_SECONDS_MAX + " s, giving up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Without this the JVM would report 128 + the number of the signal.
        Runtime.getRuntime().halt(status);
    }
}
