// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.transport.link.Link;
import io.vrio.transport.message.Goodbye;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.SequenceNumber;

/**
 * One server and one IOhyp that have met: delivers messages between them exactly once, however the
 * link loses, repeats or reorders frames. Lives from the handshake to its end on one worker.
 */
public final class Association implements AutoCloseable {
    /** Limit: bytes of one super-frame before it is sealed. */
    static final int SUPER_FRAME_MAX = FrameHeader.PAYLOAD_MAX - Protection.OVERHEAD_MAX;

    /** Limit: super-frames sent or resent in one duty cycle. */
    private static final int FRAMES_PER_CYCLE = 64;

    /** Limit: as many bytes as frames of NICs may have in one, while there are some. */
    private static final int FRAMES_PER_SHARED_CYCLE =
            FrameSender.BYTES_PER_CYCLE / SUPER_FRAME_MAX;

    /** Limit: with less credit nothing is cut off a longer message: the peer counts its pieces. */
    private static final int USEFUL_LENGTH = 16 << 10;

    /** More than the headers of a super-frame and its segments take for a short message. */
    private static final int HEADERS_ROOM = 1024;

    /** So often memory is freed that was not needed for so long. */
    private static final long TRIM_INTERVAL_NS = 1_000_000_000L;

    private final AssociationSetup setup;
    private final SegmentHandler handler;
    private final Protection protection;
    private final Counters<AssociationCounter> counters = new Counters<>(AssociationCounter.class);
    private final RttEstimator rtt = new RttEstimator();
    private final RetransmitQueue retransmits = new RetransmitQueue(rtt);
    private final CongestionWindow congestion = new CongestionWindow();
    private final Credit credit;
    private final ReceiveWindow window;
    private final Reassembler reassembler;
    private final AckTimer acks = new AckTimer();
    private final SegmentPreview preview;
    private final SuperFrameSender sender;
    private final TxFrameSender txFrames;
    private final SendQueue unsent = new SendQueue();
    private final SuperFrameHeader received = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();
    private final NanoClock clock;
    private final Suspicion suspicion = new Suspicion();
    private int localTag;
    private long lastHeardNs;
    private long trimmedNs;
    private boolean isClosed;

    /** Null while there is no NIC. */
    private FrameSender frames;

    public Association(
            AssociationSetup setup,
            Link link,
            FrameBufferPool buffers,
            NanoClock clock,
            SegmentHandler handler) {
        this.setup = setup;
        this.clock = clock;
        this.handler = handler;
        protection = setup.protection();
        reassembler = new Reassembler(buffers);
        localTag = setup.localTag();
        window = new ReceiveWindow(setup.firstReceived(), protection.isSealed());
        credit = new Credit(setup.firstSent(), setup.firstReceived());
        preview = new SegmentPreview(window, credit);
        sender = new SuperFrameSender(setup, link, window, credit, acks, counters);
        txFrames = new TxFrameSender(sender, retransmits, rtt, congestion, counters);
        lastHeardNs = clock.nanoTime();
        sender.lastSentNs(lastHeardNs);
        trimmedNs = lastHeardNs;
    }

    public Endpoint remote() {
        return setup.remote();
    }

    /** From now on super-frames must carry another tag than the handshake's. */
    public void localTag(int tag) {
        localTag = tag;
    }

    /** The peer has told which tag its frames must carry. */
    public void remoteTag(int tag) {
        sender.tag(tag);
    }

    /** From now on segments are cut to the smaller of both ends' MTU. */
    public void mtu(int mtu) {
        sender.mtu(mtu);
    }

    /** Bytes of a super-frame, before it is sealed, that fit one segment on the wire. */
    public int segmentPayloadMax() {
        return sender.segmentPayloadMax() - protection.overhead();
    }

    /** Queues a message; it leaves with the next {@link #transmit}. */
    public void send(OutboundMessage message) {
        unsent.add(message);
    }

    /**
     * The messages of a flow may be ended although the peer has not answered them: what it has got
     * a part of it gets whole, out of a copy, and what was not sent it never gets.
     */
    public void disown(int flow) {
        retransmits.disown(flow);
    }

    /**
     * Sends what fills super-frames now, and leaves the rest for {@link #transmit}: the peer works
     * on the first answers while the next are still being made.
     */
    public void transmitFull(long nowNs) {
        // Limit: each round sends a full super-frame, and credit ends.
        while (unsent.length() >= SUPER_FRAME_MAX && unsent.next() != null && sendMessages(nowNs)) {
            counters.increment(AssociationCounter.FRAMES_EARLY);
        }
    }

    /**
     * Takes a frame of a NIC, which leaves at once or with the next {@link #transmit}, and may be
     * lost.
     *
     * @param frame not longer than two super-frames hold; not touched after the return
     * @return false when there is no room now: nothing has happened
     * @throws InternalError when memory of the frame has vanished: it has not been taken
     */
    public boolean offer(FrameFlow flow, OutboundFrame frame) {
        return frameSender().offer(flow, frame);
    }

    /**
     * Tells the peer, unless it gets lost, that its frames of a NIC have been taken.
     *
     * @param id of the last message that was
     * @return false when there is no room now: nothing has happened
     */
    public boolean reportTaken(int flow, int id) {
        return frameSender().report(flow, id, clock.nanoTime());
    }

    /**
     * The next frame of a NIC begins another message.
     *
     * @return the number of the last one
     */
    public int endMessage(FrameFlow flow) {
        return frameSender().endMessage(flow);
    }

    private FrameSender frameSender() {
        if (frames == null) {
            frames = new FrameSender(sender, retransmits, credit, clock, counters);
        }
        return frames;
    }

    /** Bytes of messages that were received in part are kept until they are whole. */
    public void onHeldBytesChange(long difference) {
        credit.onHeldBytesChange(difference);
    }

    public long lastHeardNs() {
        return lastHeardNs;
    }

    public long lastSentNs() {
        return sender.lastSentNs();
    }

    /**
     * Whether the peer has not taken something for so long, however often it was sent, be it heard
     * or not: it does not want to, or the path does not carry frames of that length any more.
     */
    public boolean isDeaf(long nowNs, long timeoutNs) {
        return retransmits.count() > 0 && nowNs - retransmits.oldestNs() >= timeoutNs;
    }

    /** Bytes of buffers that messages received in part keep. */
    public long heldBytes() {
        return credit.heldBytes();
    }

    public Counters<AssociationCounter> counters() {
        return counters;
    }

    public RttEstimator rtt() {
        return rtt;
    }

    public long flightBytes() {
        return retransmits.flightBytes();
    }

    /** What protects its super-frames. */
    public Protection protection() {
        return protection;
    }

    /** Whether every super-frame is sealed: then nothing else is believed. */
    public boolean isSealed() {
        return protection.isSealed();
    }

    /** An RST or FIN came that looks right, but may be anybody's. */
    public void suspect(long nowNs) {
        suspicion.raise(nowNs);
    }

    /** Whether the peer has said nothing since it was said to be gone. */
    public boolean isAbandoned(long nowNs) {
        return suspicion.isConfirmed(nowNs);
    }

    /** When to ask {@link #isAbandoned}, or {@code NO_DEADLINE}. */
    public long suspicionNs() {
        return suspicion.deadlineNs();
    }

    /** Whether a frame's acknowledgement proves that its sender hears us: RST and FIN need it. */
    public boolean isPlausible(FrameHeader header) {
        long sequence = SequenceNumber.extend(window.next(), header.sequence());
        return sequence - window.next() >= 0 && sequence - credit.limit() <= 0
                || sequence == sender.highestReceived();
    }

    /**
     * Takes a frame with payload from this association's peer.
     *
     * @param buffer holds the frame; held on by whoever needs it after the return
     */
    public void onFrame(FrameHeader header, FrameBuffer buffer, long nowNs) {
        long start = SequenceNumber.extend48(window.next(), header.superFrameStart48());
        int length = header.superFrameLength();
        long limit = start + length;
        if (window.isReceived(start, limit)) {
            counters.increment(AssociationCounter.DUPLICATES);
            acks.hasten(nowNs);
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
        }
    }

    /**
     * The segment of a frame of which only the headers are in the buffer yet, when the frame is a
     * whole super-frame that is awaited and has just this one; else null.
     */
    public SegmentHeader awaitedSegment(FrameHeader header, FrameBuffer buffer) {
        // What is sealed tells nothing before it is opened.
        return protection.isSealed() ? null : preview.awaited(header, buffer.slice(), localTag);
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
        } else if (partial.hasHole()) {
            acks.hasten(nowNs);
        } else {
            acks.onReceive(nowNs, 0);
        }
    }

    /** Pieces are told to have come only when none can be a stranger's and hide a loss. */
    private void note(Reassembler.Partial partial) {
        ByteRanges pieces = partial.received();
        for (int i = 0; i < pieces.count(); i++) {
            window.onArrival(pieces.start(i), pieces.limit(i));
        }
    }

    private void deliver(FrameBuffer buffer, long offset, long start, int length, long nowNs) {
        received.wrap(buffer.slice(), offset, length);
        if (received.invalidReason() != null || received.sequence() != start) {
            counters.increment(AssociationCounter.DROPPED_MALFORMED);
            return;
        }
        if (received.tag() != localTag) {
            counters.increment(AssociationCounter.DROPPED_WRONG_TAG);
            return;
        }
        if (!protection.open(buffer.slice(), offset, length)) {
            counters.increment(AssociationCounter.DROPPED_FORGED);
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
        onAcknowledgement(nowNs);
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

    /** Pieces were told to have come, and that may have hidden that others did not. */
    private void onContradiction() {
        if (!protection.isSealed()) {
            throw new AssociationException("a reliable super-frame is given up or overlapped");
        }
        // A stranger's, who has seen the peer's tag.
        window.forgetPieces();
    }

    private void onAcknowledgement(long nowNs) {
        long before = retransmits.flightBytes();
        retransmits.onAcknowledge(received, nowNs);
        long progress = before - retransmits.flightBytes();
        if (progress > 0) {
            rtt.onProgress();
            congestion.onAcknowledged(progress);
        }
        credit.onAcknowledged(received.cumulative());
        credit.onGrant(received.credit());
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

    /** Sends what must be sent again, what waits, and an acknowledgement that is due. */
    public int transmit(long nowNs) {
        if (nowNs - trimmedNs >= TRIM_INTERVAL_NS) {
            trimmedNs = nowNs;
            retransmits.trim();
        }
        boolean isShared = frames != null && frames.isBusy();
        int framesMax = isShared ? FRAMES_PER_SHARED_CYCLE : FRAMES_PER_CYCLE;
        int count = txFrames.resend(nowNs, FRAMES_PER_CYCLE);
        int framesSent = frames == null ? 0 : frames.transmit(nowNs);
        while (count < framesMax && unsent.next() != null && sendMessages(nowNs)) {
            count++;
        }
        if (acks.isDue(nowNs)) {
            sendAcknowledgement(nowNs);
            count++;
        }
        return count + framesSent;
    }

    /** Builds and sends one super-frame of waiting messages; false when none could be sent. */
    private boolean sendMessages(long nowNs) {
        long flightMax = congestion.bytes() - retransmits.flightBytes();
        long budget = Math.min(messageCredit(), flightMax);
        if (budget < Math.min(USEFUL_LENGTH, unsent.length() + HEADERS_ROOM)) {
            counters.increment(AssociationCounter.WAITS_FOR_CREDIT);
            return false;
        }
        if (retransmits.isFull()) {
            return false;
        }
        TxFrame frame = retransmits.take();
        begin(frame, true, nowNs);
        int lengthMax = (int) Math.min(SUPER_FRAME_MAX, budget - protection.overhead());
        OutboundMessage message = unsent.next();
        while (message != null && !frame.isFull()) {
            int room = lengthMax - frame.length() - SegmentHeader.LENGTH;
            // A message's own header is never cut in two: the receiver needs it to go on.
            if (room < Math.min(message.length() - message.sent(), OutboundMessage.HEADER_MAX)) {
                break;
            }
            unsent.onSend(frame.addSegment(message, room));
            message = unsent.next();
        }
        frame.finish();
        boolean isTaken = txFrames.sendNew(frame, nowNs);
        retransmits.keep(frame);
        counters.increment(AssociationCounter.FRAMES_SENT);
        counters.add(AssociationCounter.BYTES_SENT, frame.limit() - frame.start());
        return isTaken;
    }

    private long messageCredit() {
        long next = sender.nextSequence();
        return frames == null
                ? credit.available(next)
                : credit.availableForMessages(next, retransmits.flightBytes());
    }

    private void sendAcknowledgement(long nowNs) {
        TxFrame frame = retransmits.take();
        begin(frame, false, nowNs);
        frame.finish();
        txFrames.sendNew(frame, nowNs);
        retransmits.giveBack(frame);
        counters.increment(AssociationCounter.ACKS_SENT);
    }

    private void begin(TxFrame frame, boolean isReliable, long nowNs) {
        long next = sender.nextSequence();
        SuperFrameHeader header = frame.begin(sender.tag(), next, isReliable);
        sender.writeWindow(header, retransmits.floor(next), nowNs);
        frame.onHeaderComplete();
    }

    /** Says goodbye: the peer forgets the association at once. */
    public void sendFin() {
        sendGoodbye(Goodbye.STOPPED);
        sender.sendFin();
    }

    /** Answers a goodbye, for middleboxes. */
    public void confirmEnd() {
        sender.sendFin();
    }

    /** Breaks off: something was wrong. */
    public void sendRst() {
        sendGoodbye(Goodbye.BROKEN_OFF);
        sender.sendRst();
    }

    /** The peer believes no bare FIN or RST when super-frames are sealed. */
    private void sendGoodbye(Goodbye reason) {
        if (isClosed || !protection.isSealed()) {
            return;
        }
        try (OutboundMessage goodbye = new OutboundMessage(m -> {}, 1)) {
            long nowNs = clock.nanoTime();
            reason.write(goodbye.header());
            goodbye.begin(MessageKind.GOODBYE, 0, 1, 1, null);
            TxFrame frame = retransmits.take();
            begin(frame, false, nowNs);
            frame.addSegment(goodbye, 1);
            frame.finish();
            txFrames.sendNew(frame, nowNs);
            frame.forget();
            retransmits.giveBack(frame);
            goodbye.end();
        }
    }

    /** When {@link #transmit} must run even if nothing is received or sent. */
    public long deadlineNs() {
        long resendNs = retransmits.deadlineNs();
        long ackNs = acks.deadlineNs();
        if (resendNs == Agent.NO_DEADLINE || ackNs == Agent.NO_DEADLINE) {
            return Math.min(resendNs, ackNs);
        }
        return resendNs - ackNs < 0 ? resendNs : ackNs;
    }

    /** Ends it here, without a word to the peer. Messages under way are not told. */
    @Override
    public void close() {
        isClosed = true;
        unsent.clear();
        reassembler.close();
        retransmits.close();
        sender.close();
        if (frames != null) {
            frames.close();
        }
    }
}
