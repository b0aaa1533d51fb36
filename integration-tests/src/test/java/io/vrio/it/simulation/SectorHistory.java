// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.io.DiskProperties;
import io.vrio.common.memory.MemorySlice;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Judges what a guest finds on its disk. Every change of a sector is a version with a number; the
 * number and the sector are in each of the bytes that are written. The guest is careful: no two
 * requests under way overlap, so a sector's versions have an order.
 */
final class SectorHistory {
    static final int SECTOR = DiskProperties.SECTOR;

    private static final int SECTOR_BITS = 20;
    private static final long ODD = 0x9E37_79B9_7F4A_7C15L;

    /** Versions that a read may see now: one, or more where the fate of a change is not known. */
    private final long[][] possible;

    /** Versions that a crash may leave. */
    private final long[][] recoverable;

    /** The last change of each sector that has ended well and is not known to be lost. */
    private final long[] ended;

    /** When that was. */
    private final long[] endedAt;

    /** Versions that are all zeroes; the first one is what was there before. */
    private final BitSet zeroVersions = new BitSet();

    /** When those changes had ended well that were lost in a crash. */
    private final TreeSet<Long> losses = new TreeSet<>();

    /** Flushes that have failed: when each was taken from its ring, and when it was given back. */
    private final TreeMap<Long, Long> failures = new TreeMap<>();

    private final boolean isWriteThrough;
    private MemorySlice disk = new MemorySlice();
    private long version;
    private long event;
    private long crashedAt;
    private long flushesCountFrom;

    /**
     * @param isWriteThrough whether a write is durable when it has ended
     */
    SectorHistory(int sectors, boolean isWriteThrough) {
        this.isWriteThrough = isWriteThrough;
        possible = new long[sectors][];
        recoverable = new long[sectors][];
        Arrays.fill(possible, new long[] {0});
        Arrays.fill(recoverable, new long[] {0});
        ended = new long[sectors];
        endedAt = new long[sectors];
        zeroVersions.set(0);
    }

    /** Something happens: a moment that can be compared with others. */
    long now() {
        return ++event;
    }

    /** A change of sectors begins, and gets its number. */
    long beginChange(int first, int count, boolean isZero) {
        version++;
        zeroVersions.set((int) version, isZero);
        for (int i = first; i < first + count; i++) {
            possible[i] = with(possible[i], version);
            recoverable[i] = with(recoverable[i], version);
        }
        return version;
    }

    private static long[] with(long[] versions, long added) {
        long[] all = Arrays.copyOf(versions, versions.length + 1);
        all[versions.length] = added;
        return all;
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

    /** A write or a zeroing has ended well: a read sees nothing else from now on. */
    void onChanged(int first, int count, long changed, long begunAt) {
        long[] only = {changed};
        long nowAt = now();
        for (int i = first; i < first + count; i++) {
            if (begunAt < crashedAt && !isOnDisk(i, changed)) {
                // It was done before the crash, and the guest looks at its ring only now. No server
                // knows when a guest looks, so what it tells after the crash must be enough.
                losses.add(crashedAt);
                continue;
            }
            possible[i] = only;
            ended[i] = changed;
            endedAt[i] = nowAt;
            if (isWriteThrough) {
                recoverable[i] = only;
            }
        }
    }

    private boolean isOnDisk(int sector, long changed) {
        boolean isThere = isSeenAs(changed, decode(disk, (long) sector * SECTOR, sector));
        if (!isThere && isWriteThrough) {
            throw new AssertionError("write-through lost version " + changed + " of " + sector);
        }
        return isThere;
    }

    /**
     * A read that began at {@code begunAt} has ended well.
     *
     * @throws AssertionError when it found what cannot be there
     */
    void onRead(int first, int count, MemorySlice data, long begunAt) {
        for (int i = 0; i < count; i++) {
            int sector = first + i;
            long seen = decode(data, (long) i * SECTOR, sector);
            long[] matches = matches(possible[sector], seen);
            if (matches.length == 0) {
                throw unexpected(sector, seen, possible[sector]);
            }
            // What was read before a crash says nothing about the time after.
            if (begunAt > crashedAt) {
                settle(sector, matches);
            }
        }
    }

    /** The fate of all changes of a sector is known now, for good. */
    private void settle(int sector, long[] matches) {
        if (matches.length < possible[sector].length) {
            possible[sector] = matches;
            long newest = matches[matches.length - 1];
            recoverable[sector] =
                    Arrays.stream(recoverable[sector]).filter(v -> v <= newest).toArray();
        }
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

    private long[] matches(long[] versions, long seen) {
        if (versions.length == 1 && isSeenAs(versions[0], seen)) {
            return versions;
        }
        return Arrays.stream(versions).filter(v -> isSeenAs(v, seen)).toArray();
    }

    private boolean isSeenAs(long candidate, long seen) {
        return candidate == seen || seen == 0 && zeroVersions.get((int) candidate);
    }

    /** What a flush that begins now vouches for. */
    long[][] beginFlush() {
        return possible.clone();
    }

    /**
     * A flush has ended well: nothing older than what it found can come back.
     *
     * @param servedSince when it can have been taken from its ring, at the earliest
     * @throws AssertionError when a change that had ended before it began is lost
     */
    void onFlushed(long begunAt, long servedSince, long[][] found) {
        if (begunAt < flushesCountFrom) {
            return;
        }
        Long lost = losses.lower(begunAt);
        if (lost != null && !isTold(lost, servedSince)) {
            throw new AssertionError("a flush vouched for a write that a crash had lost");
        }
        // What it found before a crash may be what was lost, and the guest was told.
        for (int i = 0; begunAt > crashedAt && i < found.length; i++) {
            recoverable[i] = durable(recoverable[i], found[i]);
        }
    }

    /** Whether a flush that covered a change had been given back, and had failed, before then. */
    private boolean isTold(long changeEndedAt, long before) {
        return failures.tailMap(changeEndedAt, false).values().stream().anyMatch(at -> at < before);
    }

    private static long[] durable(long[] before, long[] found) {
        if (before.length == 1) {
            return before;
        }
        long newest = found[found.length - 1];
        return Arrays.stream(before)
                .filter(v -> v > newest || Arrays.binarySearch(found, v) >= 0)
                .toArray();
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
        Arrays.fill(ended, 0);
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
        crashedAt = now();
        flushesCountFrom = isNoticed ? flushesCountFrom : crashedAt;
        for (int i = 0; i < possible.length; i++) {
            long left = decode(content, (long) i * SECTOR, i);
            long[] matches = matches(recoverable[i], left);
            if (matches.length == 0) {
                throw unexpected(i, left, recoverable[i]);
            }
            if (matches[matches.length - 1] < ended[i]) {
                losses.add(endedAt[i]);
                ended[i] = 0;
            }
            possible[i] = recoverable[i];
        }
    }

    private static AssertionError unexpected(int sector, long seen, long[] expected) {
        return new AssertionError(
                "sector "
                        + sector
                        + " holds version "
                        + seen
                        + ", not one of "
                        + Arrays.toString(expected));
    }
}
