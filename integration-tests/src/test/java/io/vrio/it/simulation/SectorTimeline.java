// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;

/**
 * What is known of one sector: the versions that it may hold, the operations that overlap now, and
 * the versions that a crash may leave. Owned by {@link SectorHistory}.
 */
final class SectorTimeline {
    private static final long ALIVE = Long.MAX_VALUE;
    private static final long[] NONE = {};

    private final int number;
    private final Versions versions;
    private final LongBinaryOperator look;

    /** What it may have held when the present group of operations began. */
    private long[] starts = {0};

    /** Operations that overlap, each with another one of them at least. */
    private final List<SectorOperation> group = new ArrayList<>(1);

    private int pending;

    /** When a change has ended the last time. */
    private long changedAt;

    /** Versions that a crash may leave. */
    private long[] kept = {0};

    /** When each of them had been overwritten for sure: a flush that began later excludes it. */
    private long[] overwrittenAt = {ALIVE};

    /** What a read may find that was under way in crashes. */
    private long[] beforeCrash = NONE;

    SectorTimeline(int number, Versions versions) {
        this.number = number;
        this.versions = versions;
        look = versions::looksLike;
    }

    void begin(SectorOperation operation) {
        group.add(operation);
        pending++;
    }

    /** How many operations hang together now. */
    int groupSize() {
        return group.size();
    }

    /** Whether no other change can have taken effect since this one, which is under way, began. */
    boolean isAlone(SectorOperation change) {
        // The group knows nothing of what had ended before a crash.
        return changedAt < change.begunAt
                && group.stream().filter(operation -> !operation.isRead()).count() == 1;
    }

    /**
     * One of the group has ended.
     *
     * @throws AssertionError when there is no order in which this can have happened
     */
    void end(SectorOperation operation, long nowAt, long flushedAt, long crashedAt) {
        pending--;
        changedAt = operation.isRead() ? changedAt : nowAt;
        if (operation.isRead() && operation.begunAt < crashedAt) {
            // Perhaps it was done before the crash, and then says nothing about the time after.
            checkOldRead(operation);
            group.remove(operation);
        }
        if (pending == 0) {
            starts = settle(group, nowAt, flushedAt);
            group.clear();
            beforeCrash = NONE;
        }
    }

    private void checkOldRead(SectorOperation read) {
        if (!read.isTelling()) {
            return;
        }
        long seen = read.seen(number);
        boolean isThere =
                matches(beforeCrash, seen).length > 0
                        || matches(starts, seen).length > 0
                        || group.stream().anyMatch(o -> versions.looksLike(o.version, seen) == 1);
        if (!isThere) {
            throw unexpected(seen, beforeCrash);
        }
    }

    /** Returns what the sector may hold now, and notes what a crash may bring back. */
    private long[] settle(List<SectorOperation> operations, long nowAt, long flushedAt) {
        List<SectorOperation> telling = telling(operations);
        long[] ends = ends(telling);
        if (ends.length == 0) {
            throw unexplained(telling);
        }
        for (SectorOperation operation : telling) {
            if (!operation.isRead()) {
                keep(operation.version);
            }
        }
        noteOverwritten(telling, ends, nowAt);
        prune(ends, flushedAt);
        return ends;
    }

    /** Those that say something: mostly all, and then no copy is made. */
    private static List<SectorOperation> telling(List<SectorOperation> operations) {
        for (SectorOperation operation : operations) {
            if (!operation.isTelling()) {
                return operations.stream().filter(SectorOperation::isTelling).toList();
            }
        }
        return operations;
    }

    private long[] ends(List<SectorOperation> telling) {
        if (telling.isEmpty()) {
            return starts;
        }
        SectorOperation first = telling.get(0);
        if (telling.size() == 1 && first.isRead()) {
            return matches(starts, first.seen(number));
        }
        if (telling.size() == 1 && first.isSure(number)) {
            return new long[] {first.version};
        }
        return RegisterSearch.ends(number, starts, telling, look);
    }

    private long[] matches(long[] candidates, long seen) {
        if (candidates.length == 1 && versions.looksLike(candidates[0], seen) == 1) {
            return candidates;
        }
        return Arrays.stream(candidates).filter(v -> versions.looksLike(v, seen) == 1).toArray();
    }

    private void keep(long version) {
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] == version) {
                overwrittenAt[i] = ALIVE;
                return;
            }
        }
        kept = Arrays.copyOf(kept, kept.length + 1);
        kept[kept.length - 1] = version;
        overwrittenAt = Arrays.copyOf(overwrittenAt, kept.length);
        overwrittenAt[kept.length - 1] = ALIVE;
    }

    private void noteOverwritten(List<SectorOperation> operations, long[] ends, long nowAt) {
        for (int i = 0; i < kept.length; i++) {
            if (overwrittenAt[i] == ALIVE && !contains(ends, kept[i])) {
                overwrittenAt[i] = overwrittenAt(kept[i], operations, lastEndOf(ends, nowAt));
            }
        }
    }

    /** Whichever of these is there took effect before anything that began later. */
    private long lastEndOf(long[] ends, long nowAt) {
        long last = 0;
        for (long version : ends) {
            last = Math.max(last, versions.endedAt(version));
        }
        return Math.min(last, nowAt);
    }

    /** When a change that is later in every order had ended, or else everything that is left. */
    private long overwrittenAt(long version, List<SectorOperation> operations, long lastEnd) {
        long earliest = lastEnd;
        for (SectorOperation operation : operations) {
            boolean isLater =
                    operation.isSure(number) && versions.endedAt(version) < operation.begunAt;
            earliest = isLater ? Math.min(earliest, operation.endedAt) : earliest;
        }
        return earliest;
    }

    /** Forgets what a flush, or the end of a write-through change, has made impossible. */
    private void prune(long[] ends, long flushedAt) {
        int left = 0;
        for (int i = 0; i < kept.length; i++) {
            boolean isOld = overwrittenAt[i] != ALIVE && overwrittenAt[i] < flushedAt;
            boolean isNever = overwrittenAt[i] != ALIVE && isLaterThanAll(kept[i], ends);
            if (!isOld && !isNever) {
                kept[left] = kept[i];
                overwrittenAt[left++] = overwrittenAt[i];
            }
        }
        kept = left == kept.length ? kept : Arrays.copyOf(kept, left);
    }

    /** Then it would be there still, had it ever taken effect. */
    private boolean isLaterThanAll(long version, long[] others) {
        for (long other : others) {
            if (versions.endedAt(other) >= versions.begunAt(version)) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(long[] some, long wanted) {
        for (long one : some) {
            if (one == wanted) {
                return true;
            }
        }
        return false;
    }

    /**
     * The I/O host has lost what was not flushed.
     *
     * @param left what is in the sector now
     * @return the last change that had ended well and is lost, or -1
     * @throws AssertionError when something was flushed that is not there
     */
    long crash(long left, long nowAt, long flushedAt) {
        List<SectorOperation> done = done();
        // A read may be under way in more than one, and may have been done long before this one.
        beforeCrash = pending == 0 ? NONE : held(done);
        long[] ends = settle(done, nowAt, flushedAt);
        long[] found = matches(kept, left);
        if (found.length == 0) {
            throw unexpected(left, kept);
        }
        kept = found;
        overwrittenAt = new long[found.length];
        Arrays.fill(overwrittenAt, ALIVE);
        starts = found;
        group.removeIf(operation -> operation.endedAt != SectorOperation.PENDING);
        long last = versions.lastSure(number);
        return isNone(found, ends)
                        && last > 0
                        && (contains(ends, last) || isLaterThanAll(last, found))
                ? last
                : -1;
    }

    /** Of the group what may have happened, and all else that changes something. */
    private List<SectorOperation> done() {
        if (group.isEmpty()) {
            return List.of();
        }
        List<SectorOperation> done = new ArrayList<>();
        for (SectorOperation operation : group) {
            boolean isPending = operation.endedAt == SectorOperation.PENDING;
            if (!isPending || !operation.isRead()) {
                done.add(operation);
            }
        }
        return done;
    }

    private static boolean isNone(long[] wanted, long[] some) {
        for (long one : wanted) {
            if (contains(some, one)) {
                return false;
            }
        }
        return true;
    }

    /** What the sector may have held since the reads began that are under way. */
    private long[] held(List<SectorOperation> operations) {
        LongStream changes = operations.stream().filter(o -> !o.isRead()).mapToLong(o -> o.version);
        LongStream since = LongStream.concat(LongStream.of(starts), changes);
        return LongStream.concat(LongStream.of(beforeCrash), since).toArray();
    }

    private AssertionError unexpected(long seen, long[] expected) {
        return new AssertionError(
                "sector "
                        + number
                        + " holds version "
                        + seen
                        + ", not one of "
                        + Arrays.toString(expected));
    }

    private AssertionError unexplained(List<SectorOperation> operations) {
        if (operations.size() == 1) {
            return unexpected(operations.get(0).seen(number), starts);
        }
        StringBuilder text = new StringBuilder("sector " + number + ": no order explains, from ");
        text.append(Arrays.toString(starts)).append(" on");
        for (SectorOperation operation : operations) {
            text.append(operation.isRead() ? ", read of " : ", change to ")
                    .append(operation.isRead() ? operation.seen(number) : operation.version)
                    .append(operation.isRead() || operation.isSure(number) ? "" : " perhaps")
                    .append(operation.isRepeatable ? " again and again" : "")
                    .append(" at " + operation.begunAt + "-" + operation.endedAt);
        }
        return new AssertionError(text.toString());
    }
}
