// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.clock.NanoClock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log lines of one device, limited in number: what a frontend does again and again must not
 * fill the disk of the host. Worker's thread.
 */
public final class DeviceLog {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceLog.class);

    /** Limit: lines of a period; the first line of the next one tells how many were left out. */
    private static final int LINES_MAX = 40;

    /** Limit: faults that are told with their stack; what comes after is counted only. */
    private static final int FAULT_LINES_MAX = 16;

    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(10);

    private final String device;
    private final NanoClock clock;
    private long periodStartNs;
    private int lines;
    private int leftOut;
    private int faults;

    public DeviceLog(String device, NanoClock clock) {
        this.device = device;
        this.clock = clock;
        periodStartNs = clock.nanoTime();
    }

    /** Something happened that an operator may look for. */
    public void info(String line) {
        if (isAdmitted()) {
            LOG.info("device={} {}{}", device, line, takeLeftOut());
        }
    }

    /** Somebody did what he should not. */
    public void warn(String line) {
        if (isAdmitted()) {
            LOG.warn("device={} {}{}", device, line, takeLeftOut());
        }
    }

    /** A fault of this program. */
    public void error(String line, Throwable cause) {
        // Not among the other lines: a flood of those must not hide it.
        if (faults++ < FAULT_LINES_MAX) {
            LOG.error("device={} {}", device, line, cause);
        }
    }

    /** Faults of this program so far; anything but 0 is worth a report to its authors. */
    public int faults() {
        return faults;
    }

    private boolean isAdmitted() {
        long nowNs = clock.nanoTime();
        if (nowNs - periodStartNs >= PERIOD_NS) {
            periodStartNs = nowNs;
            lines = 0;
        }
        if (lines == LINES_MAX) {
            leftOut++;
            return false;
        }
        lines++;
        return true;
    }

    private String takeLeftOut() {
        if (leftOut == 0) {
            return "";
        }
        String text = " linesLeftOutBefore=" + leftOut;
        leftOut = 0;
        return text;
    }
}
