// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

/** Lets one log line through per interval, whatever a guest does. One worker. */
final class LogLimit {
    private final long intervalNs;
    private long lastNs;
    private boolean isUsed;

    LogLimit(long intervalNs) {
        this.intervalNs = intervalNs;
    }

    boolean mayLog(long nowNs) {
        if (isUsed && nowNs - lastNs < intervalNs) {
            return false;
        }
        isUsed = true;
        lastNs = nowNs;
        return true;
    }
}
