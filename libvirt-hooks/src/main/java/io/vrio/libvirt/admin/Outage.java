// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time without something that is needed: a line when it begins, one when it ends, and longer
 * and longer pauses between the attempts. Thread of the watch.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private static final long PAUSE_MS_MIN = 250;

    /** Limit: how long the end of an outage goes unnoticed. */
    private static final long PAUSE_MS_MAX = 8_000;

    private final String what;
    private String reason = "";
    private long pauseMs = PAUSE_MS_MIN;

    /**
     * @param what is needed, for the log
     */
    Outage(String what) {
        this.what = what;
    }

    void began(String newReason) {
        if (!newReason.equals(reason)) {
            LOG.warn("{} is away, trying again: {}", what, newReason);
            reason = newReason;
        }
    }

    void ended() {
        if (!reason.isEmpty()) {
            LOG.info("{} is back", what);
        }
        reason = "";
        pauseMs = PAUSE_MS_MIN;
    }

    /** Returns at once when {@code stop} is wished for. */
    void pause(CountDownLatch stop) throws InterruptedException {
        stop.await(pauseMs, TimeUnit.MILLISECONDS);
        pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }
}
