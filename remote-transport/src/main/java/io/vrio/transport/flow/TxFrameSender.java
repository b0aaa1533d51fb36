// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.Counters;

/**
 * Sends super-frames of messages, and again what the peer misses of them. Memory of a message that
 * has vanished goes as zeroes. One worker.
 */
final class TxFrameSender {
    /** So many time-outs in a row are no chance: the path does not take what is sent. */
    private static final int TIMEOUTS_MIN = 3;

    /** Limit: segments that are sent again all at once, before it is known which were lost. */
    private static final int PROBE_SEGMENTS_MAX = 4;

    private final SuperFrameSender sender;
    private final RetransmitQueue retransmits;
    private final RttEstimator rtt;
    private final CongestionControl congestion;
    private final Counters<AssociationCounter> counters;
    private final LossRate lossRate = new LossRate();

    TxFrameSender(
            SuperFrameSender sender,
            RetransmitQueue retransmits,
            RttEstimator rtt,
            CongestionControl congestion,
            Counters<AssociationCounter> counters) {
        this.sender = sender;
        this.retransmits = retransmits;
        this.rtt = rtt;
        this.congestion = congestion;
        this.counters = counters;
    }

    /** Bytes of a super-frame before it is sealed: the fewer, the more segments get lost. */
    int lengthMax() {
        long bytes = (long) lossRate.segmentsMax() * sender.segmentPayloadMax() - sender.overhead();
        return (int) Math.min(Association.SUPER_FRAME_MAX, bytes);
    }

    private int segments(long bytes) {
        int segmentMax = sender.segmentPayloadMax();
        return (int) ((bytes + segmentMax - 1) / segmentMax);
    }

    /** Returns whether the link took it; its sequences are used in any case. */
    boolean sendNew(TxFrame frame, long nowNs) {
        if (sender.isSealed()) {
            seal(frame, nowNs);
        }
        boolean isTaken;
        try {
            isTaken = sender.sendNew(frame.payload(), nowNs);
        } catch (InternalError e) {
            replaceLostData(frame);
            isTaken = sender.sendNew(frame.payload(), nowNs);
        }
        frame.onSend(nowNs);
        lossRate.onSend(segments(frame.limit() - frame.start()));
        return isTaken;
    }

    private void seal(TxFrame frame, long nowNs) {
        int overhead = sender.overhead();
        try {
            sender.seal(frame.payload(), frame.sealedMemory(overhead), nowNs);
        } catch (InternalError e) {
            replaceLostData(frame);
            sender.seal(frame.payload(), frame.sealedMemory(overhead), nowNs);
        }
        frame.onSealed(overhead);
    }

    /**
     * Sends again what is due; returns of how many super-frames, at most so many. A probe is not
     * counted: whoever is told of work goes on polling, and may so keep the CPU that the silent
     * peer is waiting for.
     */
    int resend(long nowNs, int framesMax) {
        int count = 0;
        while (count < framesMax && congestion.mayResend(nowNs)) {
            TxFrame frame = retransmits.nextLost(nowNs);
            if (frame == null) {
                probe(nowNs);
                return count;
            }
            count += resend(frame, nowNs);
        }
        return count;
    }

    private int resend(TxFrame frame, long nowNs) {
        if (!frame.isLive()) {
            // Its messages were answered, so the peer has it; their memory may be gone.
            retransmits.drop(frame);
            return 0;
        }
        // Perhaps only its header was lost, without which the peer tells nothing of the rest.
        boolean isUntold = frame.attempts() == 1 && frame.isWhollyMissing();
        long bytes =
                isUntold
                        ? sendEnds(frame)
                        : sendHoles(frame, frame.start(), retransmits.resendLimit(frame));
        congestion.onLost(bytes, nowNs);
        lossRate.onLoss(segments(bytes));
        retransmits.onResend(frame, nowNs);
        return 1;
    }

    /** When nothing is heard, sends again what was sent last. */
    private void probe(long nowNs) {
        if (!retransmits.isProbeDue(nowNs)) {
            return;
        }
        boolean isTimedOut = retransmits.isTimedOut(nowNs);
        boolean isSent = false;
        // Limit: each round takes a frame out.
        while (!isSent && retransmits.count() > 0) {
            isSent = probe(retransmits.newest(), nowNs);
        }
        if (rtt.timeouts() > 0 && retransmits.count() > 1) {
            // The path perhaps never lets the newest through, and never tells of the others.
            probe(retransmits.oldest(), nowNs);
        }
        if (isSent) {
            onSilence(isTimedOut, nowNs);
        }
    }

    private boolean probe(TxFrame frame, long nowNs) {
        boolean isLive = frame.isLive();
        if (isLive) {
            sendEnds(frame);
            retransmits.onResend(frame, nowNs);
        } else {
            retransmits.drop(frame);
        }
        return isLive;
    }

    private void onSilence(boolean isTimedOut, long nowNs) {
        counters.increment(AssociationCounter.PROBES_SENT);
        if (isTimedOut) {
            rtt.onTimeout();
        }
        if (rtt.timeouts() >= TIMEOUTS_MIN) {
            counters.increment(AssociationCounter.TIMEOUTS);
            congestion.onTimeout(nowNs);
        }
    }

    /** Sends what is enough to hear of the rest; when it is not, all of it; returns the bytes. */
    private long sendEnds(TxFrame frame) {
        ByteRanges holes = frame.holes();
        long pieceMax = sender.segmentPayloadMax();
        boolean isLong = holes.length() > PROBE_SEGMENTS_MAX * pieceMax;
        if (isLong && frame.attempts() < RetransmitQueue.PIECES_BELIEVED_MAX) {
            long first = sendHoles(frame, frame.start(), holes.start(0) + pieceMax);
            long lastStart = holes.limit(holes.count() - 1) - pieceMax;
            return first + sendHoles(frame, lastStart, frame.limit());
        }
        return sendHoles(frame, frame.start(), frame.limit());
    }

    private long sendHoles(TxFrame frame, long start, long limit) {
        if (RetransmitQueue.isDoubtful(frame)) {
            frame.onWhollyMissing();
        }
        long bytes = 0;
        ByteRanges holes = frame.holes();
        for (int i = 0; i < holes.count(); i++) {
            long from = Math.max(start, holes.start(i));
            int length = (int) (Math.min(limit, holes.limit(i)) - from);
            if (length > 0) {
                resendPiece(frame, (int) (from - frame.start()), length);
                bytes += length;
            }
        }
        return bytes;
    }

    private void resendPiece(TxFrame frame, int offset, int length) {
        boolean isTaken;
        try {
            isTaken = sender.resend(frame, offset, length);
        } catch (InternalError e) {
            replaceLostData(frame);
            isTaken = sender.resend(frame, offset, length);
        }
        counters.increment(
                isTaken ? AssociationCounter.PIECES_RESENT : AssociationCounter.SENDS_REFUSED);
        counters.add(AssociationCounter.BYTES_RESENT, length);
    }

    private void replaceLostData(TxFrame frame) {
        counters.increment(AssociationCounter.FRAMES_WITH_LOST_DATA);
        frame.replaceLostData();
    }
}
