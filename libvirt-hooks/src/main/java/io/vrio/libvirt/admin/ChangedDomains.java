// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The domains that have changed since they were looked at: libvirt's thread puts them in, the watch
 * takes them out. Each counts once, however often it has changed.
 */
final class ChangedDomains {
    /** Limit: then all domains are looked at. */
    static final int DOMAINS_MAX = 1024;

    private final Set<String> uuids = new HashSet<>();
    private boolean areAll;

    /**
     * What has changed.
     *
     * @param areAll otherwise only {@code uuids}
     */
    record Batch(boolean areAll, Set<String> uuids) {
        boolean isEmpty() {
            return !areAll && uuids.isEmpty();
        }
    }

    synchronized void add(String uuid) {
        areAll |= uuids.size() == DOMAINS_MAX;
        if (!areAll) {
            uuids.add(uuid);
        }
        notifyAll();
    }

    synchronized void addAll() {
        areAll = true;
        uuids.clear();
        notifyAll();
    }

    /** Returns what there is, at the latest after {@code maxNs}; nothing, when there is nothing. */
    synchronized Batch take(long maxNs) throws InterruptedException {
        long endNs = System.nanoTime() + maxNs;
        while (!areAll && uuids.isEmpty() && endNs - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, endNs - System.nanoTime());
        }
        Batch batch = new Batch(areAll, Set.copyOf(uuids));
        areAll = false;
        uuids.clear();
        return batch;
    }
}
