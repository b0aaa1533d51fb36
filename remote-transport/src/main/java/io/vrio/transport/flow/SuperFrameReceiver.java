// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.Counters;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.SequenceNumber;

/**
 * The receiving side of an association: puts super-frames together out of the pieces in which they
 * come, judges and opens them, and hands on each segment once. One worker.
 */
final class SuperFrameReceiver {
    /** Whom it tells what the peer has acknowledged. */
    interface Acknowledgements {
        /**
         * @param header of a super-frame that is the peer's; not to be kept
         */
        void onAcknowledgement(SuperFrameHeader header, long nowNs);

        /** The peer has sent something again although it was acknowledged. */
        void onPeerResend();
    }

    private final Protection protection;
    private final ReceiveWindow window;
    private final Credit credit;
    private final AckTimer acks;
    private final Counters<AssociationCounter> counters;
    private final SuperFrameSender sender;
    private final Acknowledgements acknowledgements;
    private final SegmentHandler handler;
    private final Reassembler reassembler;
    private final SegmentPreview preview;
    private final SuperFrameHeader received = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();
    private final Suspicion suspicion = new Suspicion();

    /** Bytes of a probe beyond an acknowledgement: the header of its segment, and one byte. */
    private static final int PROBE_LENGTH = SegmentHeader.LENGTH + 1;

    /** Limit: sendings of a probe before the peer counts as gone. */
    private static final int PROBE_SENDINGS = 4;

    private final AnswerBudget budget = new AnswerBudget();
    private int localTag;
    private long lastHeardNs;
    private long sourceHardwareAddress;
    private long newestHardwareAddress;
    private boolean isClosed;

    SuperFrameReceiver(
            AssociationSetup setup,
            FrameBufferPool buffers,
            Ledger ledger,
            SuperFrameSender sender,
            Acknowledgements acknowledgements,
            SegmentHandler handler) {
        protection = setup.protection();
        localTag = setup.localTag();
        sourceHardwareAddress = setup.remote().hardwareAddress();
        window = ledger.window();
        credit = ledger.credit();
        acks = ledger.acks();
        counters = ledger.counters();
        this.sender = sender;
        this.acknowledgements = acknowledgements;
        this.handler = handler;
        reassembler = new Reassembler(buffers);
        preview = new SegmentPreview(window, credit);
    }

    /** From now on super-frames must carry another tag. */
    void localTag(int tag) {
        localTag = tag;
    }

    /** When the peer was last heard, proved by its tag and, with keys, by its seal. */
    long lastHeardNs() {
        return lastHeardNs;
    }

    void lastHeardNs(long nowNs) {
        lastHeardNs = nowNs;
    }

    /** That the peer is gone, as somebody says; what it says itself proves the contrary. */
    Suspicion suspicion() {
        return suspicion;
    }

    /** Whether a frame's acknowledgement proves that its sender hears us. */
    boolean isPlausible(FrameHeader header) {
        long sequence = SequenceNumber.extend(window.next(), header.sequence());
        return sequence - window.next() >= 0 && sequence - credit.limit() <= 0
                || sequence == sender.highestReceived();
    }

    /**
     * Takes a frame with payload from the peer.
     *
     * @param buffer holds the frame; held on by whoever needs it after the return
     */
    void onFrame(FrameHeader header, FrameBuffer buffer, long nowNs) {
        long start = SequenceNumber.extend48(window.next(), header.superFrameStart48());
        int length = header.superFrameLength();
        long limit = start + length;
        if (window.isReceived(start, limit)) {
            onDuplicate(header, buffer, start, nowNs);
        } else if (credit.isExceededBy(limit)) {
            counters.increment(AssociationCounter.DROPPED_OUT_OF_CREDIT);
        } else if (window.isPartlyReceived(start, limit)) {
            counters.increment(AssociationCounter.DROPPED_STALE);
        } else {
            long pieceLimit = start + header.superFrameOffset() + header.payloadLength();
            if (!protection.isSealed()) {
                sender.onReceived(pieceLimit);
            }
            if (header.payloadLength() == length) {
                deliver(buffer, header.payloadOffset(), start, length, nowNs);
            } else {
                onPiece(header, buffer, start, nowNs);
            }
            if (window.isReceived(start, limit) && header.isFromStation()) {
                noteStation(header.sourceHardwareAddress());
            }
        }
    }

    private void noteStation(long address) {
        // One frame alone may have been damaged there, which no checksum covers, or be a copy that
        // somebody was quicker with.
        if (address == newestHardwareAddress) {
            sourceHardwareAddress = address;
        }
        newestHardwareAddress = address;
    }

    /** The station that sends the peer's frames, its own or a router's. */
    long sourceHardwareAddress() {
        return sourceHardwareAddress;
    }

    /**
     * The segment of a frame of which only the headers are in the buffer yet, when the frame is a
     * whole super-frame that is awaited and has just this one; else null.
     */
    SegmentHeader awaitedSegment(FrameHeader header, FrameBuffer buffer) {
        // What is sealed tells nothing before it is opened.
        return protection.isSealed() ? null : preview.awaited(header, buffer.slice(), localTag);
    }

    private void onDuplicate(FrameHeader header, FrameBuffer buffer, long start, long nowNs) {
        counters.increment(AssociationCounter.DUPLICATES);
        if (mayAnswer(header)) {
            acks.hasten(nowNs);
        }
        int length = header.superFrameLength();
        boolean isPeers =
                !protection.isSealed()
                        || header.payloadLength() == length
                                && refusal(buffer, header.payloadOffset(), start, length) == null;
        if (isPeers) {
            acks.onTwice();
            acknowledgements.onPeerResend();
        }
    }

    private void onPiece(FrameHeader header, FrameBuffer buffer, long start, long nowNs) {
        int length = header.superFrameLength();
        Reassembler.Partial partial =
                reassembler.add(
                        start,
                        length,
                        start + header.superFrameOffset(),
                        buffer.slice(),
                        header.payloadOffset(),
                        header.payloadLength());
        if (partial == null && protection.isSealed() && reassembler.dropStale(nowNs)) {
            // The piece comes again; what was told of the others was perhaps a stranger's.
            window.forgetPieces();
        }
        if (partial == null) {
            counters.increment(AssociationCounter.DROPPED_NO_ROOM);
            return;
        }
        partial.onPiece(nowNs);
        if (partial.isOurs(localTag)) {
            note(partial);
        }
        if (partial.isComplete()) {
            FrameBuffer whole = partial.buffer().hold();
            try {
                reassembler.drop(partial);
                deliver(whole, 0, start, length, nowNs);
                if (!window.isReceived(start, start + length)) {
                    window.onDiscard(start, start + length);
                }
            } finally {
                whole.release();
            }
        } else if (mayAnswer(header)) {
            onIncomplete(partial, nowNs);
        }
    }

    private void onIncomplete(Reassembler.Partial partial, long nowNs) {
        if (partial.hasHole()) {
            acks.hasten(nowNs);
        } else {
            acks.onReceive(nowNs, 0);
        }
    }

    /** Whether a frame that may be anybody's can be acknowledged: not with more than has come. */
    private boolean mayAnswer(FrameHeader header) {
        budget.onFrame(header.packetLength());
        return budget.mayAnswer(sender.acknowledgementLength());
    }

    /** The same for a probe, which is sent again some times when nobody answers. */
    boolean isProbePaid(FrameHeader header) {
        budget.onFrame(header.packetLength());
        return budget.mayAnswer(PROBE_SENDINGS * (sender.acknowledgementLength() + PROBE_LENGTH));
    }

    /** Pieces are told to have come only when none can be a stranger's and hide a loss. */
    private void note(Reassembler.Partial partial) {
        ByteRanges pieces = partial.received();
        for (int i = 0; i < pieces.count(); i++) {
            window.onArrival(pieces.start(i), pieces.limit(i));
        }
    }

    private void deliver(FrameBuffer buffer, long offset, long start, int length, long nowNs) {
        AssociationCounter refusal = refusal(buffer, offset, start, length);
        if (refusal != null) {
            counters.increment(refusal);
            return;
        }
        int at = received.length();
        int segments = received.segmentCount();
        int room = length - protection.overhead() - at;
        AssociationException.throwFor(
                segment.invalidReason(buffer.slice(), offset + at, room, segments));
        AssociationException.throwFor(received.impossibleReason(sender.nextSequence()));
        if (!window.accept(start, start + length)) {
            counters.increment(AssociationCounter.DROPPED_NO_ROOM);
            return;
        }
        lastHeardNs = nowNs;
        sender.onReceived(start + length);
        suspicion.clear();
        counters.increment(AssociationCounter.FRAMES_RECEIVED);
        counters.add(AssociationCounter.BYTES_RECEIVED, length);
        window.raiseFloor(received.floor());
        if (reassembler.dropSettled(start, start + length, received.floor())) {
            onContradiction();
        }
        acknowledgements.onAcknowledgement(received, nowNs);
        if (received.isReliable()) {
            acks.onReceive(nowNs, length);
            if (window.hasHoles()) {
                acks.hasten(nowNs);
            }
        } else if (received.segmentCount() > 0) {
            acks.onReceiveUnreliable(nowNs, length);
        }
        deliverSegments(buffer, offset, length);
    }

    /** What a whole super-frame is dropped as, or null when it is the peer's and was opened. */
    private AssociationCounter refusal(FrameBuffer buffer, long offset, long start, int length) {
        received.wrap(buffer.slice(), offset, length);
        if (received.invalidReason() != null || received.sequence() != start) {
            return AssociationCounter.DROPPED_MALFORMED;
        }
        if (received.tag() != localTag) {
            return AssociationCounter.DROPPED_WRONG_TAG;
        }
        return protection.open(buffer.slice(), offset, length)
                ? null
                : AssociationCounter.DROPPED_FORGED;
    }

    /** Pieces were told to have come, and that may have hidden that others did not. */
    private void onContradiction() {
        if (!protection.isSealed()) {
            throw new AssociationException("a reliable super-frame is given up or overlapped");
        }
        // A stranger's, who has seen the peer's tag.
        window.forgetPieces();
    }

    private void deliverSegments(FrameBuffer buffer, long offset, int length) {
        // The handler may answer, and an answer's frame is built with a header of its own; the
        // received one is not looked at after the last segment.
        int segments = received.segmentCount();
        long at = received.length();
        // The handler may end the association, and with it the rest of this super-frame.
        for (int i = 0; i < segments && !isClosed; i++) {
            segment.wrap(buffer.slice(), offset + at, length - at);
            int segmentLength = segment.segmentLength();
            handler.onSegment(segment, buffer, offset + at + SegmentHeader.LENGTH);
            at += SegmentHeader.LENGTH + segmentLength;
        }
    }

    void close() {
        isClosed = true;
        reassembler.close();
    }
}
