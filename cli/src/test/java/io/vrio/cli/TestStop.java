// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import java.util.concurrent.CountDownLatch;

/** Stops a daemon that runs inside a test. */
public final class TestStop implements StopSignal {
    private final CountDownLatch wish = new CountDownLatch(1);
    private volatile boolean hasFailed;

    @Override
    public void arm() {}

    @Override
    public void await() {
        try {
            wish.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** As SIGTERM does. */
    public void request() {
        wish.countDown();
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
}
