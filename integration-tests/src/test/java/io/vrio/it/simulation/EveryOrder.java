// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Does with one sector whatever a disk could do, moment by moment and in every order: what {@link
 * SectorHistory} says of a short history is compared with it. Slow, and too simple to be wrong.
 */
final class EveryOrder {
    private final List<SectorOperation> operations;
    private Set<Disk> disks = new HashSet<>();
    private int underWay;

    /**
     * @param recoverable a bit for each version that a crash may leave
     * @param done a bit for each operation that has taken effect
     */
    private record Disk(long version, int recoverable, int done) {
        Disk written(long newVersion, int index) {
            return new Disk(newVersion, recoverable | 1 << newVersion, done | 1 << index);
        }
    }

    /**
     * @param operations without their times, which follow from the order of calls
     */
    EveryOrder(List<SectorOperation> operations) {
        this.operations = operations;
        disks.add(new Disk(0, 1, 0));
    }

    void begin(int index) {
        underWay |= 1 << index;
        act();
    }

    /** What has not happened by now has never happened. */
    void end(int index, boolean isNeeded) {
        underWay &= ~(1 << index);
        disks.removeIf(disk -> isNeeded && (disk.done & 1 << index) == 0);
    }

    void flush() {
        Set<Disk> flushed = new HashSet<>();
        disks.forEach(d -> flushed.add(new Disk(d.version, 1 << d.version, d.done)));
        disks = flushed;
        act();
    }

    /** Whether a crash may leave this version. */
    boolean mayLeave(long version) {
        return disks.stream().anyMatch(disk -> (disk.recoverable & 1 << version) != 0);
    }

    /** What the sector may hold now; nothing when all this cannot have happened. */
    Set<Long> versions() {
        Set<Long> all = new TreeSet<>();
        disks.forEach(disk -> all.add(disk.version));
        return all;
    }

    /** Everything that is under way may take effect now, one after the other, in every order. */
    private void act() {
        Set<Disk> last = disks;
        while (!last.isEmpty()) {
            Set<Disk> next = new HashSet<>();
            last.forEach(disk -> act(disk, next));
            next.removeAll(disks);
            disks.addAll(next);
            last = next;
        }
    }

    private void act(Disk disk, Set<Disk> next) {
        for (int i = 0; i < operations.size(); i++) {
            SectorOperation operation = operations.get(i);
            boolean isOpen = (disk.done & 1 << i) == 0 || operation.isRepeatable;
            if ((underWay & 1 << i) == 0 || !isOpen) {
                continue;
            }
            if (!operation.isRead()) {
                next.add(disk.written(operation.version, i));
            } else if (operation.seen(0) == disk.version) {
                next.add(new Disk(disk.version, disk.recoverable, disk.done | 1 << i));
            }
        }
    }
}
