// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which disks an I/O host has, what is kept of them, and which worker each is at home on: what the
 * registries of all workers share. Control path; any thread.
 */
final class DiskDirectory {
    /** Limit: disks of one IOhyp; more are refused. */
    private static final int DISKS_MAX = 4096;

    private final RecordStore<DiskRecord> store;
    private final ClaimLedger claims;
    private final TreeMap<String, DiskRegistry> homes = new TreeMap<>();
    private final TreeMap<String, DiskRecord> kept = new TreeMap<>();
    private final Set<DiskRegistry> leaving = new HashSet<>();

    DiskDirectory(RecordStore<DiskRecord> store, ClaimLedger claims) {
        this.store = store;
        this.claims = claims;
    }

    ClaimLedger claims() {
        return claims;
    }

    /** What was kept when this began; all of it is at home there from now on. */
    synchronized List<DiskRecord> load(DiskRegistry home) throws BackendException {
        List<DiskRecord> records = store.load();
        for (DiskRecord record : records) {
            homes.put(record.name(), home);
            kept.put(record.name(), record);
        }
        return records;
    }

    /** Where a disk is, or is on its way to; null when there is none of this name. */
    synchronized DiskRegistry home(String name) {
        return homes.get(name);
    }

    synchronized List<String> names() {
        return new ArrayList<>(homes.keySet());
    }

    /** There is one more disk. */
    synchronized void add(String name, DiskRegistry home) throws BackendException {
        if (!DeviceName.isLegal(name)) {
            throw new BackendException(
                    "not a name of a disk (legal: "
                            + DeviceName.LEGAL
                            + "): '"
                            + DeviceName.printable(name)
                            + "'");
        }
        if (homes.size() >= DISKS_MAX) {
            throw new BackendException("there are " + DISKS_MAX + " disks already; remove one");
        }
        if (homes.putIfAbsent(name, home) != null) {
            throw new BackendException("disk " + name + " exists already; choose another name");
        }
    }

    /** There is one less, which was not kept. */
    synchronized void remove(String name) {
        homes.remove(name);
        kept.remove(name);
    }

    /** Remembers it over restarts; what it says is in force here even when that fails. */
    synchronized void keep(DiskRecord record) throws BackendException {
        note(record);
        save();
    }

    /** Remembers it with the next change. */
    synchronized void note(DiskRecord record) {
        kept.put(record.name(), record);
    }

    /** There is one less from now on, or nothing has changed. */
    synchronized void forget(String name) throws BackendException {
        DiskRecord record = kept.remove(name);
        try {
            if (record != null) {
                save();
            }
        } catch (BackendException e) {
            kept.put(name, record);
            throw e;
        }
        homes.remove(name);
    }

    private void save() throws BackendException {
        store.save(new ArrayList<>(kept.values()));
    }

    /**
     * A disk sets out for another worker.
     *
     * @param arrival is executed there; whatever goes there after this comes after it
     * @return false when that worker takes none any more: the disk stays
     */
    synchronized boolean move(String name, DiskRegistry to, Runnable arrival) {
        if (leaving.contains(to) || !to.tell(arrival)) {
            return false;
        }
        homes.put(name, to);
        return true;
    }

    /** No disk sets out for this one any more, or, when it stays after all, they may again. */
    synchronized void setLeaving(DiskRegistry registry, boolean isLeaving) {
        if (isLeaving) {
            leaving.add(registry);
        } else {
            leaving.remove(registry);
        }
    }
}
