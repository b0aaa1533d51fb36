// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The memory of one guest as its frontend shares it: maps the regions and translates addresses.
 * Owned by one device session, touched by its worker only. A table may be replaced while requests
 * run: what they use stays mapped until the last of them releases its {@link MemoryLease}.
 */
public final class GuestMemory implements AutoCloseable {
    /** Limit: regions at one time; told to the frontend, which refuses hot-plug beyond it. */
    public static final int SLOTS_MAX = 509;

    /**
     * Limit: regions that are out of the table and still mapped for running requests. Beyond it
     * changes are refused: a frontend that replaces its table in a loop must not fill our memory
     * map.
     */
    static final int RETIRED_MAX = 2 * SLOTS_MAX;

    private static final Comparator<MappedRegion> BY_GUEST_ADDRESS =
            (a, b) -> Long.compareUnsigned(a.guestAddress(), b.guestAddress());

    private final ArrayDeque<MemoryTable> formerTables = new ArrayDeque<>();
    private MemoryTable table = new MemoryTable(this, List.of());
    private int generation;
    private DirtyLog dirtyLog;
    private InFlightMemory inFlight;
    private boolean isLogging;

    /**
     * Maps one more region, in place of an equal one: QEMU before 8.0 adds and removes each region
     * once for every queue pair of a NIC. The caller keeps the descriptor and closes it, also when
     * refused.
     *
     * @throws RegionRefusedException and nothing has changed
     */
    public void add(GuestRegion region, int fd) {
        checkCounts(table.count() + 1);
        MappedRegion added = MappedRegion.map(region, fd);
        List<MappedRegion> next = new ArrayList<>(table.regions());
        List<MappedRegion> gone = new ArrayList<>();
        next.removeIf(mapped -> mapped.region().equals(region) && gone.add(mapped));
        next.add(added);
        installOrUnmap(next, List.of(added), gone);
    }

    /** Takes out the region with the same addresses and size, if it is there. */
    public void remove(GuestRegion region) {
        List<MappedRegion> next = new ArrayList<>(table.regions());
        List<MappedRegion> gone = new ArrayList<>();
        next.removeIf(mapped -> mapped.region().isSameMemory(region) && gone.add(mapped));
        if (!gone.isEmpty()) {
            install(next, gone);
        }
    }

    /**
     * Replaces the whole table; {@code fds[i]} belongs to the i-th region and stays the caller's.
     *
     * @throws RegionRefusedException and nothing has changed
     */
    public void replace(List<GuestRegion> regions, int[] fds) {
        checkCounts(regions.size());
        List<MappedRegion> next = new ArrayList<>();
        try {
            for (int i = 0; i < regions.size(); i++) {
                next.add(MappedRegion.map(regions.get(i), fds[i]));
            }
        } catch (RegionRefusedException e) {
            next.forEach(MappedRegion::unmap);
            throw e;
        }
        installOrUnmap(next, List.copyOf(next), table.regions());
    }

    private void checkCounts(int count) {
        if (count > SLOTS_MAX) {
            throw new RegionRefusedException("more than " + SLOTS_MAX + " memory regions");
        }
        int retired = formerTables.stream().mapToInt(MemoryTable::retiredCount).sum();
        if (retired + table.count() > RETIRED_MAX) {
            throw new RegionRefusedException(
                    retired + " removed memory regions are still in use by running requests");
        }
    }

    private void installOrUnmap(
            List<MappedRegion> next, List<MappedRegion> added, List<MappedRegion> gone) {
        next.sort(BY_GUEST_ADDRESS);
        for (int i = 1; i < next.size(); i++) {
            if (next.get(i - 1).overlaps(next.get(i))) {
                RegionRefusedException refused =
                        MappedRegion.refused(
                                "it overlaps with region " + next.get(i - 1).region(),
                                next.get(i).region());
                added.forEach(MappedRegion::unmap);
                throw refused;
            }
        }
        install(next, gone);
    }

    private void install(List<MappedRegion> next, List<MappedRegion> gone) {
        MemoryTable former = table;
        table = new MemoryTable(this, next);
        generation++;
        former.retire(gone);
        formerTables.add(former);
        unmapUnused();
    }

    /** Oldest first: a region that a table retires may also be used through the tables before. */
    void unmapUnused() {
        while (!formerTables.isEmpty() && !formerTables.peek().isUsed()) {
            formerTables.remove().unmapRetired();
        }
    }

    /** Number of regions in the table. */
    public int count() {
        return table.count();
    }

    /** Changes with every change of the table: whoever kept slices translates them again. */
    public int generation() {
        return generation;
    }

    /** Keeps the present regions mapped until it is released. */
    public MemoryLease acquire() {
        return table.lease();
    }

    /**
     * Adds the native memory of a guest-physical range to {@code target}, cut at region borders.
     *
     * @return false when a byte of the range is not mapped or the list has no room for the pieces;
     *     the list is then as it was
     */
    public boolean translate(long guestAddress, int length, SliceList target) {
        MemoryTable now = table;
        int first = now.indexOf(guestAddress);
        if (first < 0 || target.count() >= SliceList.PIECES_MAX) {
            return false;
        }
        if (length <= now.region(first).lengthFrom(guestAddress)) {
            now.region(first).addTo(target, guestAddress, length);
            return true;
        }
        return translateAcross(now, first, guestAddress, length, target);
    }

    private static boolean translateAcross(
            MemoryTable table, int first, long guestAddress, int length, SliceList target) {
        if (!isContiguous(table, first, guestAddress, length, target.count())) {
            return false;
        }
        long address = guestAddress;
        int left = length;
        for (int i = first; left > 0; i++) {
            int part = (int) Math.min(left, table.region(i).lengthFrom(address));
            table.region(i).addTo(target, address, part);
            address += part;
            left -= part;
        }
        return true;
    }

    private static boolean isContiguous(
            MemoryTable table, int first, long guestAddress, int length, int pieceCount) {
        long address = guestAddress;
        long left = length;
        for (int i = first; left > 0; i++) {
            if (i == table.count()
                    || pieceCount + (i - first) >= SliceList.PIECES_MAX
                    || !table.region(i).containsGuest(address)) {
                return false;
            }
            long part = table.region(i).lengthFrom(address);
            address += part;
            left -= part;
        }
        return true;
    }

    /**
     * Points {@code target} at a range of the frontend's address space. Valid until {@link
     * #generation} changes.
     *
     * @return false when it is not inside one region; the target is then as it was
     */
    public boolean translateFrontend(long frontendAddress, long length, MemorySlice target) {
        for (int i = 0; i < table.count(); i++) {
            if (table.region(i).wrapFrontend(frontendAddress, length, target)) {
                return true;
            }
        }
        return false;
    }

    /**
     * From now on pages are marked in these {@code length} bytes, in place of those before, while
     * {@link #setLogging logging}. The caller keeps the descriptor and closes it.
     *
     * @throws RegionRefusedException and nothing has changed
     */
    public void setDirtyLog(long length, long offset, int fd) {
        DirtyLog next = DirtyLog.map(length, offset, fd);
        closeDirtyLog();
        dirtyLog = next;
    }

    /**
     * Maps memory for what is in flight, in place of that before, whose slices must not be used any
     * more. The caller keeps the descriptor and closes it.
     *
     * @return {@code length} bytes, until the next call or the close
     * @throws RegionRefusedException and nothing has changed
     */
    public MemorySlice mapInFlight(long length, long offset, int fd) {
        InFlightMemory next = InFlightMemory.map(length, offset, fd);
        closeInFlight();
        inFlight = next;
        return next.slice();
    }

    private void closeInFlight() {
        if (inFlight != null) {
            inFlight.close();
            inFlight = null;
        }
    }

    /** Whether the frontend wants to know what is written. */
    public void setLogging(boolean isWanted) {
        isLogging = isWanted;
    }

    /** Whether what is written must be marked. */
    public boolean isLogging() {
        return isLogging && dirtyLog != null;
    }

    /** Tells the frontend that these bytes have been written; after they have. */
    public void markDirty(long guestAddress, long length) {
        if (isLogging()) {
            dirtyLog.mark(guestAddress, length);
        }
    }

    /** As {@link #markDirty}, of a range of the frontend's address space inside one region. */
    public void markFrontendDirty(long frontendAddress, long length) {
        for (int i = 0; i < table.count(); i++) {
            GuestRegion region = table.region(i).region();
            long offset = frontendAddress - region.frontendAddress();
            if (offset >= 0 && offset < region.size()) {
                markDirty(region.guestAddress() + offset, length);
                return;
            }
        }
    }

    /** Tells the frontend that any byte may have been written. */
    public void markAllDirty() {
        for (int i = 0; i < table.count(); i++) {
            GuestRegion region = table.region(i).region();
            markDirty(region.guestAddress(), region.size());
        }
    }

    private void closeDirtyLog() {
        if (dirtyLog != null) {
            dirtyLog.close();
            dirtyLog = null;
        }
    }

    /**
     * Whether every region still has its file under it. Asked after an access failed: a frontend
     * can make its file shorter while we use it.
     */
    public boolean isBacked() {
        for (int i = 0; i < table.count(); i++) {
            if (!table.region(i).isBacked()) {
                return false;
            }
        }
        return (dirtyLog == null || dirtyLog.isBacked())
                && (inFlight == null || inFlight.isBacked());
    }

    /** Empties the table. Memory that is still leased is unmapped by the last release. */
    @Override
    public void close() {
        install(List.of(), table.regions());
        closeDirtyLog();
        closeInFlight();
    }
}
