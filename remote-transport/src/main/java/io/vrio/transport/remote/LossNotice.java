// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.OptionalLong;

/**
 * Knows of one disk which flushes must fail because the I/O host has lost unflushed writes: one
 * that succeeded would vouch for them. Owned by {@link RemoteDisk}; one worker.
 */
final class LossNotice {
    /**
     * How long flushes go on failing after the first one that has told of a loss. No server knows
     * when a guest looks at its used ring, and until then the guest goes on offering flushes; those
     * in its rings have not seen the failure, nor have programs whose fsync a kernel answers with
     * the next flush because one was running (Linux, block/blk-flush.c). Limit: a guest that stands
     * still for longer, and then has older flushes in its rings, is told by the first one only.
     */
    static final long TELLING_NS = 1_000_000_000L;

    private final String disk;
    private final KnownIncarnations incarnations;
    private OptionalLong incarnation = OptionalLong.empty();

    /** Whether the present incarnation is not among {@link #incarnations} yet. */
    private boolean isUnknown;

    /** Begins with one: what an earlier life of this server has written may not be flushed. */
    private long changesEnded = 1;

    private long changesFlushed;
    private long losses;
    private long lossesTold;
    private long toldNs;
    private long lossesKnown;

    LossNotice(String disk, KnownIncarnations incarnations) {
        this.disk = disk;
        this.incarnations = incarnations;
    }

    /** How things were when a request was submitted. */
    static final class Mark {
        private long changesEnded;
        private long losses;
        private long lossesKnown;
    }

    /** A request is submitted. */
    void mark(Mark mark, long nowNs) {
        if (lossesKnown != lossesTold && nowNs - toldNs >= TELLING_NS) {
            lossesKnown = lossesTold;
            rememberWhenTold();
        }
        mark.changesEnded = changesEnded;
        mark.losses = losses;
        mark.lossesKnown = lossesKnown;
    }

    /** A write or another change has ended well: it is volatile until the next flush. */
    void onChangeEnded() {
        changesEnded++;
    }

    /** A flush has ended well. */
    void onFlushed(Mark mark) {
        changesFlushed = Math.max(changesFlushed, mark.changesEnded);
    }

    /**
     * The disk is there, in this incarnation.
     *
     * @return whether writes can have been lost since a server of this host had it
     */
    boolean onIncarnation(long present) {
        OptionalLong known = incarnations.find(disk);
        OptionalLong former = incarnation.isPresent() ? incarnation : known;
        incarnation = OptionalLong.of(present);
        isUnknown = !known.equals(incarnation);
        boolean isOther = former.isPresent() && !former.equals(incarnation);
        boolean isLossy = isOther && changesEnded != changesFlushed;
        if (isLossy) {
            losses++;
            changesFlushed = changesEnded;
        }
        rememberWhenTold();
        return isLossy;
    }

    /** A server that comes after this one tells again what this one has not told to the end. */
    private void rememberWhenTold() {
        if (isUnknown && lossesKnown == losses) {
            isUnknown = false;
            incarnations.put(disk, incarnation.getAsLong());
        }
    }

    /**
     * Whether a flush must fail: the guest could not know of a loss when it was submitted.
     *
     * @param isForOneChange whether it vouches only for the change that ended just before it
     */
    boolean isOwed(Mark mark, boolean isForOneChange) {
        boolean isBeforeLoss = mark.losses != losses;
        return mark.lossesKnown != losses && (isBeforeLoss || !isForOneChange);
    }

    /** Such a flush fails now. */
    void onTold(Mark mark, long nowNs) {
        // One that was under way at the loss may have begun, for the guest, before a lost write had
        // ended, and then says nothing about it: a later one must fail, too.
        if (mark.losses == losses && lossesTold != losses) {
            lossesTold = losses;
            toldNs = nowNs;
        }
    }
}
