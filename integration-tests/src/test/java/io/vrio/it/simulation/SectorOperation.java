// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.BitSet;

/**
 * A read or a change of sectors, from the moment at which the guest offers it to the one at which
 * it hears of its end.
 */
final class SectorOperation {
    /** It has not ended. */
    static final long PENDING = Long.MAX_VALUE;

    final int first;
    final int count;

    /** What it writes; -1 for a read. */
    final long version;

    final long begunAt;
    long endedAt = PENDING;

    /**
     * Of a change: whether it may have taken effect more than once, because its association was
     * lost and it was sent again.
     */
    boolean isRepeatable;

    /**
     * Of a change that the device had given back: the last crash after which more of it was gone
     * than before, and how many sectors. Nothing that is given back takes effect again.
     */
    long goneAt;

    int goneCount;

    /** Of a change: the device has given it back, whether the guest has looked or not. */
    boolean isUsed;

    /** Of a read that ended well: the versions that it found. */
    private long[] seen;

    private boolean isSure;

    /** Sectors where a crash may have undone it, although it ended well; mostly null. */
    private BitSet doubtful;

    private SectorOperation(int first, int count, long version, long begunAt) {
        this.first = first;
        this.count = count;
        this.version = version;
        this.begunAt = begunAt;
    }

    static SectorOperation change(int first, int count, long version, long begunAt) {
        return new SectorOperation(first, count, version, begunAt);
    }

    static SectorOperation read(int first, int count, long begunAt) {
        return new SectorOperation(first, count, -1, begunAt);
    }

    boolean isRead() {
        return version < 0;
    }

    /** A read has ended well. */
    void found(long[] versions) {
        seen = versions;
    }

    /** A change has ended well: it has taken effect. */
    void sure() {
        isSure = true;
    }

    void doubt(int sector) {
        doubtful = doubtful == null ? new BitSet() : doubtful;
        doubtful.set(sector - first);
    }

    /** Of a change: whether it must have taken effect; one that failed may have. */
    boolean isSure(int sector) {
        return isSure && (doubtful == null || !doubtful.get(sector - first));
    }

    /** Whether it says something about its sectors: a failed read does not. */
    boolean isTelling() {
        return !isRead() || seen != null;
    }

    long seen(int sector) {
        return seen[sector - first];
    }

    /** Whether it had ended before the other one began. */
    boolean isBefore(SectorOperation other) {
        return endedAt < other.begunAt;
    }
}
