// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * Keeps strangers from filling the log: one line for each address, or for each reason, in a minute.
 * One worker.
 */
final class LogLimit {
    /** Limit: subjects in one minute; what further ones do is counted, not logged. */
    static final int SUBJECTS_MAX = 256;

    static final long INTERVAL_NS = 60_000_000_000L;

    private final Object[] subjects = new Object[SUBJECTS_MAX];
    private final long[] loggedNs = new long[SUBJECTS_MAX];
    private int count;

    boolean mayLog(Object subject, long nowNs) {
        dropOld(nowNs);
        for (int i = 0; i < count; i++) {
            if (subjects[i].equals(subject)) {
                return false;
            }
        }
        if (count == SUBJECTS_MAX) {
            return false;
        }
        subjects[count] = subject;
        loggedNs[count] = nowNs;
        count++;
        return true;
    }

    /** From now on everything is news again. */
    void clear() {
        count = 0;
    }

    private void dropOld(long nowNs) {
        for (int i = count - 1; i >= 0; i--) {
            if (nowNs - loggedNs[i] >= INTERVAL_NS) {
                count--;
                subjects[i] = subjects[count];
                loggedNs[i] = loggedNs[count];
            }
        }
    }
}
