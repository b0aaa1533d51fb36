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

    /** More than the headers of a super-frame and its segments take for a short message. */
    private static final int HEADERS_ROOM = 1024;

    /** Limit: a peer that is busy takes what it is sent within this. */
    private static final long DEAF_NS = 100_000_000L;

    private final AssociationSetup setup;
    private final Protection protection;
    private final Counters<AssociationCounter> counters;
    private final Credit credit;
    private final AckTimer acks;
    private final RttEstimator rtt = new RttEstimator();
    private final RetransmitQueue retransmits = new RetransmitQueue(rtt);
    private final CongestionControl congestion = new CongestionControl(rtt, retransmits);
    private final SuperFrameReceiver receiver;
    private final SuperFrameSender sender;
    private final TxFrameSender txFrames;
    private final SendQueue unsent = new SendQueue();
    private final NanoClock clock;
    private final long openedNs;
    private final PathMtu pathMtu;
    private final Stalls stalls;
    private long unseenNs;
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
        protection = setup.protection();
        Ledger ledger = Ledger.open(setup, rtt);
        counters = ledger.counters();
        credit = ledger.credit();
        acks = ledger.acks();
        sender = new SuperFrameSender(setup, link, ledger);
        txFrames = new TxFrameSender(sender, retransmits, rtt, congestion, counters);
        receiver = new SuperFrameReceiver(setup, buffers, ledger, sender, new Heard(), handler);
        openedNs = clock.nanoTime();
        stalls = new Stalls(openedNs);
        pathMtu = new PathMtu(setup.mtu(), setup.remote().address().version().mtuMin(), openedNs);
        cutTo(setup.mtu());
        receiver.lastHeardNs(openedNs);
        sender.lastSentNs(openedNs);
    }

    public Endpoint remote() {
        return setup.remote();
    }

    /** From now on super-frames must carry another tag than the handshake's. */
    public void localTag(int tag) {
        receiver.localTag(tag);
    }

    /** The peer has told which tag its frames must carry. */
    public void remoteTag(int tag) {
        sender.tag(tag);
    }

    /** From now on segments are cut to the smaller of both ends' MTU, or what the path takes. */
    public void mtu(int mtu) {
        pathMtu.agree(mtu);
        cutTo(pathMtu.bytes());
    }

    private void cutTo(int mtu) {
        sender.mtu(mtu);
        retransmits.segmentPayloadMax(sender.segmentPayloadMax());
    }

    /** What segments are cut to: less than was agreed on, when the path does not carry that. */
    public int mtu() {
        return pathMtu.bytes();
    }

    /** From now on frames go to this station. */
    public void hardwareAddress(long address) {
        sender.hardwareAddress(address);
    }

    public long hardwareAddress() {
        return sender.hardwareAddress();
    }

    /** The station that sends the peer's frames, its own or a router's. */
    public long sourceHardwareAddress() {
        return receiver.sourceHardwareAddress();
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
     * Sends what waits for {@link #transmit}, so that it does not wait for a look at the link
     * first.
     *
     * @return how many super-frames
     */
    public int sendSoon() {
        int count = frames == null ? 0 : frames.send(clock.nanoTime());
        return count + sendWaiting(FRAMES_PER_SHARED_CYCLE);
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
        return receiver.lastHeardNs();
    }

    public long lastSentNs() {
        return sender.lastSentNs();
    }

    /**
     * Whether the peer has not taken something for so long, however often it was sent, be it heard
     * or not: it does not want to, or the path does not carry frames of that length any more.
     */
    public boolean isDeaf(long nowNs, long timeoutNs) {
        return retransmits.count() > 0 && nowNs - retransmits.oldest().firstSentNs() >= timeoutNs;
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

    /** As of now. */
    public AssociationStatus status() {
        return new AssociationStatus(
                openedNs,
                receiver.lastHeardNs(),
                rtt.status(),
                WindowStatus.of(retransmits, credit, sender),
                congestion.status(),
                protection.name(),
                protection.keyStatus(),
                counters.snapshot());
    }

    /** What protects its super-frames. */
    public Protection protection() {
        return protection;
    }

    /** Whether every super-frame is sealed: then nothing else is believed. */
    public boolean isSealed() {
        return protection.isSealed();
    }

    /**
     * An RST or FIN came that looks right, but may be anybody's. When a living peer owes us an
     * acknowledgement, its silence will tell. Else it is asked, which is a longer frame: once as
     * many bytes have come, as they do when we go on sending to a host that knows us no more.
     *
     * @return whether the peer should be asked
     */
    public boolean suspect(FrameHeader header, long nowNs) {
        if (retransmits.count() > 0) {
            receiver.suspicion().raise(nowNs);
            return false;
        }
        return receiver.isProbePaid(header);
    }

    /** Whether the peer has said nothing since it was said to be gone. */
    public boolean isAbandoned(long nowNs) {
        return receiver.suspicion().isConfirmed(nowNs);
    }

    /** When to ask {@link #isAbandoned}, or {@code NO_DEADLINE}. */
    public long suspicionNs() {
        return receiver.suspicion().deadlineNs();
    }

    /** Whether a frame's acknowledgement proves that its sender hears us: RST and FIN need it. */
    public boolean isPlausible(FrameHeader header) {
        return receiver.isPlausible(header);
    }

    /**
     * Takes a frame with payload from this association's peer.
     *
     * @param buffer holds the frame; held on by whoever needs it after the return
     */
    public void onFrame(FrameHeader header, FrameBuffer buffer) {
        // Not when the duty cycle began: what has come since was perhaps sent later than that.
        long nowNs = clock.nanoTime();
        unseenNs = stalls.onReceive(nowNs);
        acks.unseenNs(unseenNs);
        receiver.onFrame(header, buffer, nowNs);
    }

    /**
     * The segment of a frame of which only the headers are in the buffer yet, when the frame is a
     * whole super-frame that is awaited and has just this one; else null.
     */
    public SegmentHeader awaitedSegment(FrameHeader header, FrameBuffer buffer) {
        return receiver.awaitedSegment(header, buffer);
    }

    /** What the receiving side hears of our own sending. */
    private final class Heard implements SuperFrameReceiver.Acknowledgements {
        @Override
        public void onAcknowledgement(SuperFrameHeader received, long nowNs) {
            long before = retransmits.flightBytes();
            retransmits.onAcknowledge(received, nowNs, unseenNs);
            long progress = before - retransmits.flightBytes();
            if (progress > 0) {
                rtt.onLateProgress();
            }
            congestion.onAcknowledgement(before, sender.nextSequence(), nowNs);
            credit.onAcknowledged(received.cumulative());
            credit.onGrant(received.credit());
        }

        @Override
        public void onPeerResend() {
            retransmits.onPeerResend();
        }
    }

    /** Sends what must be sent again, what waits, and an acknowledgement that is due. */
    public int transmit(long nowNs) {
        stalls.onEnd(nowNs);
        retransmits.trim(nowNs);
        if (pathMtu.isDoubtful(retransmits)) {
            narrow(nowNs);
        }
        if (isDeaf(nowNs, DEAF_NS) && nowNs - sender.lastSentNs() >= DEAF_NS / 2) {
            // Short, new, and past all that waits: tells whether the path has become too narrow,
            // and the peer, to which station it must send now.
            sendAcknowledgement(nowNs);
        }
        boolean isShared = frames != null && frames.isBusy();
        int framesMax = isShared ? FRAMES_PER_SHARED_CYCLE : FRAMES_PER_CYCLE;
        int count = txFrames.resend(nowNs, FRAMES_PER_CYCLE);
        int framesSent = frames == null ? 0 : frames.transmit(nowNs);
        count += sendWaiting(framesMax - count);
        if (acks.isDue(nowNs)) {
            sendAcknowledgement(nowNs);
            count++;
        }
        return count + framesSent;
    }

    /** What was too long is sent again in shorter pieces, soon. */
    private void narrow(long nowNs) {
        retransmits.onNarrowed();
        pathMtu.lower(retransmits.oldest(), nowNs);
        cutTo(pathMtu.bytes());
        counters.increment(AssociationCounter.MTU_LOWERED);
    }

    private int sendWaiting(int framesMax) {
        int count = 0;
        // Each at its own time: many large ones take as long as a round trip.
        while (count < framesMax && unsent.next() != null && sendMessages(clock.nanoTime())) {
            count++;
        }
        return count;
    }

    /** Builds and sends one super-frame of waiting messages; false when none could be sent. */
    private boolean sendMessages(long nowNs) {
        long granted = messageCredit();
        long smallMax = Math.min(granted, congestion.smallMax());
        long largeMax = Math.min(granted, congestion.largeMax(nowNs));
        long firstMax = unsent.isNextSmall() ? smallMax : largeMax;
        OutboundMessage message = unsent.next();
        boolean isControl = message.kind() == MessageKind.CONTROL;
        int wholeMax = isControl ? message.length() + HEADERS_ROOM : 0;
        long some = Math.min(CongestionWindow.FRAME_MIN, unsent.length() + HEADERS_ROOM);
        long useful = Math.max(wholeMax, some);
        if (firstMax < useful || retransmits.isFull()) {
            counters.increment(AssociationCounter.WAITS_FOR_CREDIT);
            return false;
        }
        // A control message is sent whole, however short super-frames should be.
        int frameMax = Math.max(txFrames.lengthMax(), wholeMax);
        TxFrame frame = retransmits.take();
        begin(frame, true, nowNs);
        while (message != null && !frame.isFull()) {
            long bytesMax = unsent.isNextSmall() ? smallMax : largeMax;
            int lengthMax = (int) Math.min(frameMax, bytesMax - protection.overhead());
            int room = lengthMax - frame.length() - SegmentHeader.LENGTH;
            if (room < message.wholeLength()) {
                break;
            }
            unsent.onSend(frame.addSegment(message, room));
            message = unsent.next();
        }
        frame.finish();
        long lastSentNs = sender.lastSentNs();
        boolean isTaken = txFrames.sendNew(frame, nowNs);
        congestion.onSend(frame.limit() - frame.start(), lastSentNs, nowNs);
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
        long resendNs = congestion.resendNs(retransmits.deadlineNs());
        long paceNs = unsent.next() == null ? Agent.NO_DEADLINE : congestion.deadlineNs();
        return Agent.earlier(Agent.earlier(resendNs, acks.deadlineNs()), paceNs);
    }

    /** Ends it here, without a word to the peer. Messages under way are not told. */
    @Override
    public void close() {
        isClosed = true;
        unsent.clear();
        receiver.close();
        retransmits.close();
        sender.close();
        if (frames != null) {
            frames.close();
        }
    }
}
