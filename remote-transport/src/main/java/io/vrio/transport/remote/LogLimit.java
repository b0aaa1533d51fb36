// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.wire.IpAddress;

/** Keeps strangers from filling the log: one line for each address in a minute. One worker. */
final class LogLimit {
    /** Limit: addresses in one minute; what further ones do is counted, not logged. */
    static final int ADDRESSES_MAX = 256;

    static final long INTERVAL_NS = 60_000_000_000L;

    private final IpAddress[] addresses = new IpAddress[ADDRESSES_MAX];
    private final long[] loggedNs = new long[ADDRESSES_MAX];
    private int count;

    boolean mayLog(IpAddress address, long nowNs) {
        dropOld(nowNs);
        for (int i = 0; i < count; i++) {
            if (addresses[i].equals(address)) {
                return false;
            }
        }
        if (count == ADDRESSES_MAX) {
            return false;
        }
        addresses[count] = address;
        loggedNs[count] = nowNs;
        count++;
        return true;
    }

    private void dropOld(long nowNs) {
        for (int i = count - 1; i >= 0; i--) {
            if (nowNs - loggedNs[i] >= INTERVAL_NS) {
                count--;
                addresses[i] = addresses[count];
                loggedNs[i] = loggedNs[count];
            }
        }
    }
}
