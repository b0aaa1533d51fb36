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

    private final String begin;
    private final String end;
    private String reason = "";
    private long pauseMs = PAUSE_MS_MIN;

    /**
     * @param begin what is missing, for the log
     * @param end that it is back
     */
    Outage(String begin, String end) {
        this.begin = begin;
        this.end = end;
    }

    void began(String newReason) {
        if (!newReason.equals(reason)) {
            LOG.warn("{}, trying again: {}", begin, newReason);
            reason = newReason;
        }
    }

    void ended() {
        if (!reason.isEmpty()) {
            LOG.info("{}", end);
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
