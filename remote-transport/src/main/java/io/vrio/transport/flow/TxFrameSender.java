// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.Counters;

/**
 * Sends super-frames of messages, and again what the peer misses of them. Memory of a message that
 * has vanished goes as zeroes. One worker.
 */
final class TxFrameSender {
    private final SuperFrameSender sender;
    private final RetransmitQueue retransmits;
    private final RttEstimator rtt;
    private final CongestionWindow congestion;
    private final Counters<AssociationCounter> counters;

    TxFrameSender(
            SuperFrameSender sender,
            RetransmitQueue retransmits,
            RttEstimator rtt,
            CongestionWindow congestion,
            Counters<AssociationCounter> counters) {
        this.sender = sender;
        this.retransmits = retransmits;
        this.rtt = rtt;
        this.congestion = congestion;
        this.counters = counters;
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

    /** Sends again what is due; returns of how many super-frames, at most so many. */
    int resend(long nowNs, int framesMax) {
        int count = 0;
        while (count < framesMax) {
            TxFrame frame = retransmits.nextLost(nowNs);
            if (frame == null) {
                break;
            }
            if (!frame.isLive()) {
                // Its messages were answered, so the peer has it; their memory may be gone.
                retransmits.drop(frame);
                continue;
            }
            long limit = retransmits.resendLimit(frame, nowNs);
            if (retransmits.isTimedOut(frame, nowNs)) {
                counters.increment(AssociationCounter.TIMEOUTS);
                rtt.onTimeout();
                congestion.onTimeout();
            }
            if (RetransmitQueue.isDoubtful(frame)) {
                frame.onWhollyMissing();
            }
            resendHoles(frame, limit);
            frame.onSend(nowNs);
            count++;
        }
        return count;
    }

    private void resendHoles(TxFrame frame, long limit) {
        ByteRanges holes = frame.holes();
        for (int i = 0; i < holes.count() && holes.start(i) - limit < 0; i++) {
            int offset = (int) (holes.start(i) - frame.start());
            int length = (int) (Math.min(limit, holes.limit(i)) - holes.start(i));
            boolean isTaken = resendPiece(frame, offset, length);
            counters.increment(
                    isTaken ? AssociationCounter.PIECES_RESENT : AssociationCounter.SENDS_REFUSED);
            counters.add(AssociationCounter.BYTES_RESENT, length);
        }
    }

    private boolean resendPiece(TxFrame frame, int offset, int length) {
        try {
            return sender.resend(frame, offset, length);
        } catch (InternalError e) {
            replaceLostData(frame);
            return sender.resend(frame, offset, length);
        }
    }

    private void replaceLostData(TxFrame frame) {
        counters.increment(AssociationCounter.FRAMES_WITH_LOST_DATA);
        frame.replaceLostData();
    }
}
