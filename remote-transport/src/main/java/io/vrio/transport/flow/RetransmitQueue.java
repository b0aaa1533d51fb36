// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.ArrayDeque;

/**
 * Super-frames that the peer is not known to have whole, in the order of their sequences. Learns
 * from acknowledgements what arrived, and tells what must be sent again and when: what something
 * sent later has overtaken, after a moment for reordering; when nothing is heard, the last that was
 * sent, because the answer to it tells of all the others (RFC 8985, RACK and TLP). One thread.
 */
final class RetransmitQueue {
    /** Limit: super-frames in flight; more wait as messages. */
    static final int FRAMES_MAX = 512;

    /** Limit: frames given back at a time; the rest goes the next time. */
    private static final int TRIM_MAX = 64;

    /** So often memory is freed that was not needed for so long. */
    private static final long TRIM_INTERVAL_NS = 1_000_000_000L;

    /** Frames kept in any case: what a few requests at a time need. */
    private static final int SPARE_MIN = 8;

    /** What was sent so often is sent whole, whatever pieces of it are said to have come. */
    static final int PIECES_BELIEVED_MAX = 4;

    /** Limit: of the wait for what is lost again and again. */
    private static final int DOUBLINGS_MAX = 20;

    private final RttEstimator rtt;
    private final ArrayDeque<TxFrame> free = new ArrayDeque<>();
    private final TxFrame[] frames = new TxFrame[FRAMES_MAX];
    private int head;
    private int count;
    private int countMax;
    private long trimmedNs;
    private long flightBytes;
    private long newestBlocksSequence;
    private long highestAcked;
    private long highestReported;
    private long reportNs;

    /** How long the peer has kept to itself what it tells now, and nobody may have seen it. */
    private long delayNs;

    private long unseenNs;

    /** When anything was sent last, and when the latest of what has arrived was. */
    private long lastSentNs;

    private long arrivedSentNs;
    private boolean hasAnyArrived;

    /** Bytes of a segment of full length. */
    private int segmentPayloadMax = Integer.MAX_VALUE;

    /** When a super-frame that has such a segment was told of last. */
    private long longArrivalNs;

    private boolean hasLongArrived;

    /** Whether the peer has sent something again although we have told it that we have it. */
    private boolean isPeerWaiting;

    /**
     * Whether something that was sent again has arrived, once as far as the peer has told then:
     * when it says later that something has come twice, the first copy had not been lost. When it
     * says so at once, its answer had been.
     */
    private boolean wasResentInVain;

    private boolean isToldOfTwice;

    RetransmitQueue(RttEstimator rtt) {
        this.rtt = rtt;
    }

    private TxFrame at(int index) {
        return frames[(head + index) & (FRAMES_MAX - 1)];
    }

    /** Whether so many are in flight that no further one can be kept. */
    boolean isFull() {
        return count == FRAMES_MAX;
    }

    /** An empty frame to build. */
    TxFrame take() {
        TxFrame frame = free.pollLast();
        return frame == null ? new TxFrame() : frame;
    }

    /** Puts back a frame that needs no acknowledgement. */
    void giveBack(TxFrame frame) {
        free.addLast(frame);
    }

    /** Keeps a frame that was just sent; its sequences are above all before. */
    void keep(TxFrame frame) {
        frames[(head + count) & (FRAMES_MAX - 1)] = frame;
        count++;
        countMax = Math.max(countMax, count);
        flightBytes += frame.limit() - frame.start();
        onSend(frame.sentNs());
    }

    private void onSend(long nowNs) {
        lastSentNs = nowNs;
        isPeerWaiting = false;
    }

    /** Once in a while, see {@link #trim()}. */
    void trim(long nowNs) {
        if (nowNs - trimmedNs >= TRIM_INTERVAL_NS) {
            trimmedNs = nowNs;
            trim();
        }
    }

    /** Frees memory of frames that were not needed since the last call, of some of them. */
    void trim() {
        // One more than are kept: an acknowledgement takes a frame, too.
        int wanted = Math.max(SPARE_MIN, countMax + 1);
        for (int i = 0; i < TRIM_MAX && count + free.size() > wanted; i++) {
            free.removeFirst().close();
        }
        countMax = count;
    }

    /** Frames that have memory. */
    int frameCount() {
        return count + free.size();
    }

    int count() {
        return count;
    }

    long flightBytes() {
        return flightBytes;
    }

    /** The peer has told of nothing above this. */
    long highestAcked() {
        return highestAcked;
    }

    /** The lowest sequence that is wanted acknowledged, {@code next} when none is. */
    long floor(long next) {
        return count == 0 ? next : at(0).start();
    }

    /**
     * Learns what the peer has.
     *
     * @param header of a frame that passed all checks; its cumulative is not above what was sent
     * @param unseenHereNs how long ago it may have come
     */
    void onAcknowledge(SuperFrameHeader header, long nowNs, long unseenHereNs) {
        delayNs = header.delayUs() * 1000L;
        unseenNs = unseenHereNs + header.unseenUs() * 1000L;
        long cumulative = header.cumulative();
        highestAcked = Math.max(highestAcked, cumulative);
        noteReport(header, nowNs);
        if (header.isTwice() && wasResentInVain) {
            wasResentInVain = false;
            rtt.onVain();
        }
        isToldOfTwice = header.isTwice();
        int blockCount = header.blockCount();
        // The delay that the peer tells is that of the newest it has.
        long newest = blockCount == 0 ? cumulative : header.blockLimit(blockCount - 1);
        while (count > 0 && at(0).limit() - cumulative <= 0) {
            sample(at(0), nowNs, newest);
            noteArrival(at(0), nowNs);
            noteWhole(at(0), nowNs);
            removeHead();
        }
        // Blocks describe the present, so those of an older frame would bring back old holes.
        if (blockCount > 0 && header.sequence() - newestBlocksSequence > 0) {
            newestBlocksSequence = header.sequence();
            onBlocks(header, nowNs);
        }
    }

    private void noteReport(SuperFrameHeader header, long nowNs) {
        int blocks = header.blockCount();
        long limit = blocks == 0 ? header.cumulative() : header.blockLimit(blocks - 1);
        if (limit - highestReported > 0) {
            highestReported = limit;
            reportNs = nowNs;
        }
    }

    /** When the peer last told of something, sent after all that it had told of before. */
    long reportNs() {
        return reportNs;
    }

    private void sample(TxFrame frame, long nowNs, long newest) {
        boolean isNewest = frame.limit() == newest;
        // Karn: an answer to something sent twice tells nothing about time,
        if (frame.attempts() == 1 && isNewest) {
            rtt.onSample(nowNs - frame.sentNs(), delayNs, unseenNs);
            wasResentInVain = false;
        } else if (frame.attempts() == 2 && delayNs >= nowNs - frame.sentNs()) {
            // unless the peer has had it for longer than since the second time.
            rtt.onAnswer(nowNs - frame.firstSentNs());
        }
    }

    /** Some of a frame has arrived, and with it, if it comes to that, what was sent before. */
    private void noteArrival(TxFrame frame, long nowNs) {
        // What is heard of so soon after it was sent again was the first copy.
        boolean isLatestCopy = frame.attempts() == 1 || nowNs - frame.sentNs() >= rtt.minNs();
        if (isLatestCopy && (!hasAnyArrived || frame.sentNs() - arrivedSentNs > 0)) {
            arrivedSentNs = frame.sentNs();
            hasAnyArrived = true;
        }
    }

    private void noteWhole(TxFrame frame, long nowNs) {
        if (frame.limit() - frame.start() >= segmentPayloadMax) {
            longArrivalNs = nowNs;
            hasLongArrived = true;
        }
    }

    /** From now on segments have this many bytes at most. */
    void segmentPayloadMax(int bytes) {
        segmentPayloadMax = bytes;
    }

    /**
     * Whether the peer told of a segment of full length in so long a time before its last report.
     */
    boolean isCarryingLong(long timeNs) {
        return hasLongArrived && reportNs - longArrivalNs < timeNs;
    }

    private void removeHead() {
        TxFrame frame = at(0);
        frames[head & (FRAMES_MAX - 1)] = null;
        head = (head + 1) & (FRAMES_MAX - 1);
        count--;
        release(frame);
    }

    private void release(TxFrame frame) {
        wasResentInVain |= frame.attempts() > 1 && !isToldOfTwice;
        flightBytes -= frame.limit() - frame.start();
        frame.onAcknowledged();
        free.addLast(frame);
    }

    private void onBlocks(SuperFrameHeader header, long nowNs) {
        if (count == 0) {
            return;
        }
        int blockCount = header.blockCount();
        // Who injects frames can make the peer report what was never sent.
        long horizon = Math.min(header.blockLimit(blockCount - 1), at(count - 1).limit());
        highestAcked = Math.max(highestAcked, horizon);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            long missing = frame.holes().length();
            punch(frame, header, blockCount, horizon);
            if (frame.holes().length() < missing) {
                noteArrival(frame, nowNs);
            }
            if (frame.isSealed() && frame.holes().isEmpty() && !isVouchedFor(frame, header)) {
                frame.onWhollyMissing();
            }
            if (frame.holes().isEmpty()) {
                sample(frame, nowNs, horizon);
                noteWhole(frame, nowNs);
                release(frame);
            } else {
                frames[(head + kept++) & (FRAMES_MAX - 1)] = frame;
            }
        }
        count = kept;
    }

    /**
     * Makes the holes of a frame those that the blocks leave. They are in order; beyond the last
     * there may be more that did not fit, so what was known of that remains.
     */
    private static void punch(
            TxFrame frame, SuperFrameHeader header, int blockCount, long horizon) {
        ByteRanges holes = frame.holes();
        holes.add(frame.start(), Math.min(frame.limit(), horizon));
        // Pieces may be a stranger's, which hide that the peer's were lost: not for ever.
        boolean isDoubtful = isDoubtful(frame);
        for (int j = 0; j < blockCount; j++) {
            if (isDoubtful && header.isBlockInPieces(j)) {
                continue;
            }
            long start = Math.max(header.blockStart(j), frame.start());
            long limit = Math.min(header.blockLimit(j), frame.limit());
            if (start < limit) {
                holes.remove(start, limit);
            }
        }
    }

    /** Whether so much was sent of it in vain that pieces which have come are not believed in. */
    static boolean isDoubtful(TxFrame frame) {
        return frame.isSealed() && frame.attempts() >= PIECES_BELIEVED_MAX;
    }

    /** Whether the peer says of all of it that it has opened it. */
    private static boolean isVouchedFor(TxFrame frame, SuperFrameHeader header) {
        for (int i = 0; i < header.blockCount(); i++) {
            if (!header.isBlockInPieces(i)
                    && header.blockStart(i) <= frame.start()
                    && header.blockLimit(i) >= frame.limit()) {
                return true;
            }
        }
        return false;
    }

    /**
     * A frame of which something was lost, or null. The caller sends its holes below {@link
     * #resendLimit} and calls {@link #onResend}, so that the next call finds another one.
     */
    TxFrame nextLost(long nowNs) {
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            if (isOvertaken(frame)) {
                if (nowNs - frame.sentNs() >= waitNs(frame)) {
                    return frame;
                }
            } else if (frame.attempts() == 1) {
                // Frames behind one that was sent once were sent later still.
                break;
            }
        }
        return null;
    }

    /** Whether something sent after a part of the frame has arrived, but that part has not. */
    private boolean isOvertaken(TxFrame frame) {
        return frame.attempts() == 1
                ? frame.holes().start(0) - highestAcked < 0
                : hasAnyArrived && frame.sentNs() - arrivedSentNs <= 0;
    }

    /** What is lost again and again is perhaps what the path never lets through. */
    private long waitNs(TxFrame frame) {
        if (frame.attempts() == 1) {
            return rtt.reorderingNs();
        }
        long waitNs = Math.max(rtt.reorderingNs(), RttEstimator.RTO_MIN_NS);
        int doublings = Math.min(DOUBLINGS_MAX, frame.attempts() - 2);
        return Math.min(RttEstimator.RTO_MAX_NS, waitNs << doublings);
    }

    /** Where the holes end that must be sent again: the tail may still be on its way. */
    long resendLimit(TxFrame frame) {
        return frame.attempts() == 1 ? Math.min(frame.limit(), highestAcked) : frame.limit();
    }

    /** The holes of a frame, or some of them, have been sent again. */
    void onResend(TxFrame frame, long nowNs) {
        frame.onSend(nowNs);
        onSend(nowNs);
    }

    /**
     * The peer sends again what we have: it has not heard from us for as long as it waits, so what
     * we sent meanwhile is lost, too.
     */
    void onPeerResend() {
        isPeerWaiting = true;
    }

    /** Whether nothing was heard for so long that the last frame must be sent again. */
    boolean isProbeDue(long nowNs) {
        return count > 0 && nowNs - probeNs() >= 0;
    }

    /** What is sent again is shorter from now on: it need not wait as long as what was lost. */
    void onNarrowed() {
        for (int i = 0; i < count; i++) {
            at(i).onNarrowed();
        }
        rtt.onNarrowed();
    }

    /** What was sent last, by its sequence; there is something. */
    TxFrame newest() {
        return at(count - 1);
    }

    /** What was sent before all others; there is something. */
    TxFrame oldest() {
        return at(0);
    }

    /** Whether it is the time-out that makes a probe due. */
    boolean isTimedOut(long nowNs) {
        return nowNs - lastSentNs >= rtt.rtoNs();
    }

    private long probeNs() {
        // Before the first sample nothing is known of time; and who forges copies gains little.
        boolean isHastened =
                isPeerWaiting && rtt.smoothedNs() > 0 && newest().attempts() < PIECES_BELIEVED_MAX;
        return lastSentNs + (isHastened ? Math.min(rtt.hastenedNs(), rtt.rtoNs()) : rtt.rtoNs());
    }

    /** A frame that the peer has answered although no acknowledgement says so: let it go. */
    void drop(TxFrame frame) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            TxFrame other = at(i);
            if (other != frame) {
                frames[(head + kept++) & (FRAMES_MAX - 1)] = other;
            }
        }
        count = kept;
        release(frame);
    }

    /** See {@link Association#disown}. */
    void disown(int flow) {
        for (int i = 0; i < count; i++) {
            at(i).disown(flow);
        }
    }

    /** When {@link #nextLost} or {@link #isProbeDue} must be asked again. */
    long deadlineNs() {
        if (count == 0) {
            return Agent.NO_DEADLINE;
        }
        long deadlineNs = probeNs();
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            if (isOvertaken(frame)) {
                deadlineNs = Agent.earlier(deadlineNs, frame.sentNs() + waitNs(frame));
            } else if (frame.attempts() == 1) {
                break;
            }
        }
        return deadlineNs;
    }

    /** Forgets everything: the association has ended. Messages are not told. */
    void close() {
        for (int i = 0; i < count; i++) {
            at(i).forget();
            at(i).close();
        }
        count = 0;
        free.forEach(TxFrame::close);
        free.clear();
    }
}
