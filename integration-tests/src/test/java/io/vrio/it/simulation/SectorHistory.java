// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.io.DiskProperties;
import io.vrio.common.memory.MemorySlice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Judges what a guest finds on its disk, by this model: each sector is a register, linearizable by
 * itself. A change that failed takes effect before all that began after its end, or never; only one
 * that was sent again may take effect twice. A crash leaves in each sector what it held at some
 * moment after the begin of the last flush that ended well; a later flush must not vouch for the
 * rest. The number of the change and of the sector are in all bytes that are written.
 */
final class SectorHistory {
    static final int SECTOR = DiskProperties.SECTOR;

    private static final int SECTOR_BITS = 20;
    private static final long ODD = 0x9E37_79B9_7F4A_7C15L;

    /** Limit: operations that hang together in one sector; the guest begins no more then. */
    private static final int GROUP_MAX = 12;

    private final SectorTimeline[] sectors;
    private final Versions versions;

    /** Changes that have begun and not ended. */
    private final List<SectorOperation> pending = new ArrayList<>();

    /** When those changes had ended well that were lost in a crash. */
    private final TreeSet<Long> losses = new TreeSet<>();

    /** Flushes that have failed: when each was taken from its ring, and when it was given back. */
    private final TreeMap<Long, Long> failures = new TreeMap<>();

    private final boolean isWriteThrough;
    private MemorySlice disk = new MemorySlice();
    private long event;
    private long crashedAt;
    private long flushesCountFrom;

    /** When the last flush had begun of those that have ended well. */
    private long flushedAt;

    /**
     * @param isWriteThrough whether a write is durable when it has ended
     */
    SectorHistory(int count, boolean isWriteThrough) {
        this.isWriteThrough = isWriteThrough;
        versions = new Versions(count);
        sectors = new SectorTimeline[count];
        for (int i = 0; i < count; i++) {
            sectors[i] = new SectorTimeline(i, versions);
        }
    }

    /** Something happens: a moment that can be compared with others. */
    long now() {
        return ++event;
    }

    /** Whether the order of another operation could be found in bounded time. */
    boolean mayBegin(int first, int count) {
        for (int i = first; i < first + count; i++) {
            if (sectors[i].groupSize() >= GROUP_MAX) {
                return false;
            }
        }
        return true;
    }

    SectorOperation beginRead(int first, int count) {
        return begin(SectorOperation.read(first, count, now()));
    }

    /** A change of sectors begins, and gets its number. */
    SectorOperation beginChange(int first, int count, boolean isZero) {
        long nowAt = now();
        long version = versions.begin(nowAt, isZero);
        SectorOperation change = SectorOperation.change(first, count, version, nowAt);
        pending.add(change);
        return begin(change);
    }

    private SectorOperation begin(SectorOperation operation) {
        for (int i = operation.first; i < operation.first + operation.count; i++) {
            sectors[i].begin(operation);
        }
        return operation;
    }

    /** What a write puts into its sectors. */
    static void fill(MemorySlice data, int first, int count, long version) {
        for (int i = 0; i < count; i++) {
            long name = version << SECTOR_BITS | first + i;
            long at = (long) i * SECTOR;
            data.putLong(at, name);
            for (int j = 8; j < SECTOR; j += 8) {
                data.putLong(at + j, name * ODD + j);
            }
        }
    }

    /** The association was lost: what is under way is sent again. */
    void onSentAgain() {
        pending.forEach(operation -> operation.isRepeatable = true);
    }

    /**
     * A write or a zeroing that went well is in the used ring. When the guest looks is its own
     * affair: what a crash takes of it from now on must be told after that crash.
     */
    void onUsed(SectorOperation change) {
        change.isUsed = true;
        if (change.begunAt < crashedAt) {
            noteGone(change);
        }
    }

    /** A crash has taken it, the last one or, if it was done before, one before that. */
    private void noteGone(SectorOperation change) {
        int count = 0;
        for (int i = change.first; i < change.first + change.count; i++) {
            count += isGone(change, i) && sectors[i].isAlone(change) ? 1 : 0;
        }
        if (count > change.goneCount) {
            change.goneCount = count;
            change.goneAt = crashedAt;
        }
    }

    private boolean isGone(SectorOperation change, int sector) {
        long found = decode(disk, (long) sector * SECTOR, sector);
        return versions.looksLike(change.version, found) == 0;
    }

    /** The guest sees that a write or a zeroing has ended well. */
    void onChanged(SectorOperation change) {
        onUsed(change);
        change.sure();
        if (change.begunAt < crashedAt) {
            doubtWhatIsGone(change);
        }
        onEnd(change);
    }

    /**
     * It may have been done before a crash, and the guest looks at its ring only now. No server
     * knows when a guest looks, so what it tells after that crash must be enough.
     */
    private void doubtWhatIsGone(SectorOperation change) {
        for (int i = change.first; i < change.first + change.count; i++) {
            if (isGone(change, i)) {
                change.doubt(i);
                boolean isAlone = sectors[i].isAlone(change);
                if (isAlone && isWriteThrough) {
                    throw new AssertionError(
                            "write-through lost version " + change.version + " of " + i);
                }
                if (isAlone) {
                    losses.add(change.goneAt);
                }
            }
        }
    }

    /** It has failed, or the guest has forgotten it: it has taken effect, or never will. */
    void onFailed(SectorOperation operation) {
        onEnd(operation);
    }

    /** A discard has ended well: it may have done something or nothing. */
    void onDiscarded(SectorOperation operation) {
        onEnd(operation);
    }

    /**
     * A read has ended well.
     *
     * @throws AssertionError when it found what cannot be there
     */
    void onRead(SectorOperation read, MemorySlice data) {
        long[] seen = new long[read.count];
        for (int i = 0; i < read.count; i++) {
            seen[i] = decode(data, (long) i * SECTOR, read.first + i);
        }
        read.found(seen);
        onEnd(read);
    }

    private void onEnd(SectorOperation operation) {
        long nowAt = now();
        operation.endedAt = nowAt;
        if (!operation.isRead()) {
            pending.remove(operation);
            versions.end(operation.version, nowAt);
        }
        for (int i = operation.first; i < operation.first + operation.count; i++) {
            if (!operation.isRead() && operation.isSure(i)) {
                versions.sure(i, operation.version);
            }
            sectors[i].end(operation, nowAt, flushedAt(i), crashedAt);
        }
    }

    /** What had been overwritten before then does not come back. */
    private long flushedAt(int sector) {
        long last = versions.lastSure(sector);
        return isWriteThrough && last > 0 ? versions.endedAt(last) + 1 : flushedAt;
    }

    /** The version in a sector, 0 for zeroes. */
    private static long decode(MemorySlice data, long at, int sector) {
        long name = data.getLong(at);
        for (int j = 8; j < SECTOR; j += 8) {
            long expected = name == 0 ? 0 : name * ODD + j;
            if (data.getLong(at + j) != expected) {
                throw new AssertionError(
                        String.format(
                                "sector %d is torn at byte %d: %016x after %016x",
                                sector, j, data.getLong(at + j), name));
            }
        }
        long place = name & (1 << SECTOR_BITS) - 1;
        if (name != 0 && place != sector) {
            throw new AssertionError("sector " + sector + " holds data of sector " + place);
        }
        return name >>> SECTOR_BITS;
    }

    /**
     * A flush has ended well: nothing older than what it found can come back.
     *
     * @param servedSince when it can have been taken from its ring, at the earliest
     * @throws AssertionError when a change that had ended before it began is lost
     */
    void onFlushed(long begunAt, long servedSince) {
        if (begunAt < flushesCountFrom) {
            return;
        }
        Long lost = losses.lower(begunAt);
        if (lost != null && !isTold(lost, servedSince)) {
            throw new AssertionError("a flush vouched for a write that a crash had lost");
        }
        // What it found before a crash may be what was lost, and the guest was told.
        if (begunAt > crashedAt) {
            flushedAt = Math.max(flushedAt, begunAt);
        }
    }

    /** Whether a flush that covered a change had been given back, and had failed, before then. */
    private boolean isTold(long changeEndedAt, long before) {
        return failures.tailMap(changeEndedAt, false).values().stream().anyMatch(at -> at < before);
    }

    /**
     * A flush that has failed is in the used ring: the guest can know that changes before its
     * beginning may be lost. When it looks is its own affair, and no server knows.
     *
     * @param servedSince when it can have been taken from its ring, for no server knows more
     */
    void onFlushFailed(long servedSince) {
        failures.putIfAbsent(servedSince, now());
    }

    /** The guest's driver has started anew, and trusts in nothing that was not flushed. */
    void onReset() {
        losses.clear();
        failures.clear();
        versions.forgetSure();
    }

    /**
     * The I/O host has lost what was not flushed.
     *
     * @param content of the disk, what is left now and what will be there later
     * @param isNoticed whether the server had met the disk before, and can tell that it is another
     *     life of it; otherwise nobody has read what is lost, and no flush vouches for it
     */
    void onCrash(MemorySlice content, boolean isNoticed) {
        disk = content;
        long nowAt = now();
        flushesCountFrom = isNoticed ? flushesCountFrom : nowAt;
        onSentAgain();
        for (int i = 0; i < sectors.length; i++) {
            long left = decode(content, (long) i * SECTOR, i);
            long lost = sectors[i].crash(left, nowAt, flushedAt(i));
            if (lost > 0) {
                losses.add(versions.endedAt(lost));
                versions.sure(i, 0);
            }
        }
        crashedAt = nowAt;
        pending.stream().filter(change -> change.isUsed).forEach(this::noteGone);
    }
}
