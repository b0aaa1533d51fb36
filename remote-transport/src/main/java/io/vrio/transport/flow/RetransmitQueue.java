// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.ArrayDeque;

/**
 * Super-frames that the peer is not known to have whole, in the order of their sequences. Learns
 * from acknowledgements what arrived, and tells what must be sent again and when: a hole that is
 * older than something acknowledged after a moment for reordering (RFC 8985), the rest after the
 * retransmission time-out. One thread.
 */
final class RetransmitQueue {
    /** Limit: super-frames in flight; more wait as messages. */
    static final int FRAMES_MAX = 512;

    private final RttEstimator rtt;
    private final ArrayDeque<TxFrame> free = new ArrayDeque<>();
    private final TxFrame[] frames = new TxFrame[FRAMES_MAX];
    private int head;
    private int count;
    private int made;
    private long flightBytes;
    private long newestBlocksSequence;
    private long newestAckedSentNs;
    private boolean hasAckedSent;
    private boolean hasSuspects;

    RetransmitQueue(RttEstimator rtt) {
        this.rtt = rtt;
    }

    private TxFrame at(int index) {
        return frames[(head + index) & (FRAMES_MAX - 1)];
    }

    /** An empty frame to build, or null when too many are in flight. */
    TxFrame take() {
        if (count == FRAMES_MAX) {
            return null;
        }
        TxFrame frame = free.pollLast();
        if (frame == null) {
            made++;
            frame = new TxFrame();
        }
        return frame;
    }

    /** Puts back a frame that needs no acknowledgement. */
    void giveBack(TxFrame frame) {
        free.addLast(frame);
    }

    /** Keeps a frame that was just sent; its sequences are above all before. */
    void keep(TxFrame frame) {
        frames[(head + count) & (FRAMES_MAX - 1)] = frame;
        count++;
        flightBytes += frame.limit() - frame.start();
    }

    int count() {
        return count;
    }

    long flightBytes() {
        return flightBytes;
    }

    /** The lowest sequence that is wanted acknowledged, {@code next} when none is. */
    long floor(long next) {
        return count == 0 ? next : at(0).start();
    }

    /**
     * Learns what the peer has.
     *
     * @param header of a frame that passed all checks; its cumulative is not above what was sent
     */
    void onAcknowledge(SuperFrameHeader header, long nowNs) {
        long cumulative = header.cumulative();
        TxFrame newest = null;
        while (count > 0 && at(0).limit() - cumulative <= 0) {
            newest = at(0);
            sample(newest, header, nowNs, cumulative);
            removeHead();
        }
        if (newest != null && count == 0) {
            hasSuspects = false;
        }
        // Blocks describe the present, so those of an older frame would bring back old holes.
        if (header.blockCount() > 0 && header.sequence() - newestBlocksSequence > 0) {
            newestBlocksSequence = header.sequence();
            onBlocks(header, nowNs);
        }
    }

    private void sample(TxFrame frame, SuperFrameHeader header, long nowNs, long cumulative) {
        noteAcked(frame.sentNs());
        // Karn: an answer to something sent twice tells nothing about time.
        boolean isNewest = frame.limit() == cumulative;
        if (frame.attempts() == 1 && isNewest) {
            rtt.onSample(nowNs - frame.sentNs() - header.delayUs() * 1000);
        }
    }

    private void noteAcked(long sentNs) {
        if (!hasAckedSent || sentNs - newestAckedSentNs > 0) {
            hasAckedSent = true;
            newestAckedSentNs = sentNs;
        }
    }

    private void removeHead() {
        TxFrame frame = at(0);
        frames[head & (FRAMES_MAX - 1)] = null;
        head = (head + 1) & (FRAMES_MAX - 1);
        count--;
        release(frame);
    }

    private void release(TxFrame frame) {
        flightBytes -= frame.limit() - frame.start();
        frame.onAcknowledged();
        free.addLast(frame);
    }

    private void onBlocks(SuperFrameHeader header, long nowNs) {
        int blockCount = header.blockCount();
        int kept = 0;
        hasSuspects = false;
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            boolean isTouched = punch(frame, header, blockCount);
            if (isTouched) {
                noteAcked(frame.sentNs());
            }
            if (frame.holes().isEmpty()) {
                release(frame);
            } else {
                hasSuspects = true;
                frames[(head + kept++) & (FRAMES_MAX - 1)] = frame;
            }
        }
        count = kept;
    }

    /** Makes the holes of a frame those that the blocks leave; true when any block is in it. */
    private static boolean punch(TxFrame frame, SuperFrameHeader header, int blockCount) {
        ByteRanges holes = frame.holes();
        holes.clear();
        holes.add(frame.start(), frame.limit());
        boolean isTouched = false;
        for (int j = 0; j < blockCount; j++) {
            long start = Math.max(header.blockStart(j), frame.start());
            long limit = Math.min(header.blockLimit(j), frame.limit());
            if (start < limit) {
                isTouched = true;
                holes.remove(start, limit);
            }
        }
        return isTouched;
    }

    /**
     * A frame that must be sent again now, or null. The caller sends its holes and calls {@link
     * TxFrame#onSend}, so that the next call finds another one.
     */
    TxFrame nextLost(long nowNs) {
        if (hasSuspects) {
            for (int i = 0; i < count; i++) {
                TxFrame frame = at(i);
                if (isOvertaken(frame) && nowNs - frame.sentNs() >= rtt.reorderingNs()) {
                    return frame;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            if (nowNs - frame.sentNs() >= rtt.rtoNs()) {
                return frame;
            }
            if (frame.attempts() == 1) {
                // Frames behind one that was sent once were sent later still.
                break;
            }
        }
        return null;
    }

    private boolean isOvertaken(TxFrame frame) {
        return hasAckedSent && frame.sentNs() - newestAckedSentNs <= 0;
    }

    boolean isTimedOut(TxFrame frame, long nowNs) {
        return nowNs - frame.sentNs() >= rtt.rtoNs();
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

    /** When {@link #nextLost} must be asked again. */
    long deadlineNs() {
        long deadlineNs = Agent.NO_DEADLINE;
        for (int i = 0; i < count; i++) {
            TxFrame frame = at(i);
            boolean isSuspect = hasSuspects && isOvertaken(frame);
            long waitNs = isSuspect ? rtt.reorderingNs() : rtt.rtoNs();
            long dueNs = frame.sentNs() + waitNs;
            if (deadlineNs == Agent.NO_DEADLINE || dueNs - deadlineNs < 0) {
                deadlineNs = dueNs;
            }
            if (!hasSuspects && frame.attempts() == 1) {
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
