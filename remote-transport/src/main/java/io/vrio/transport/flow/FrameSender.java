// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.message.FrameRecord;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.FrameHeader;

/**
 * Sends the frames of an association's NICs: small ones are collected until a super-frame is full
 * or the duty cycle ends, a large one goes at once from where it is. Nothing is sent twice. One
 * worker.
 */
final class FrameSender {
    /** Limit: longer frames are not copied: gathering them costs less. */
    static final int COPY_MAX = 16 << 10;

    /**
     * Limit: bytes of frames in one duty cycle, beyond what was saved up; then they wait while
     * others send.
     */
    static final int BYTES_PER_CYCLE = 512 << 10;

    private static final int HEADER_MAX =
            SuperFrameHeader.LENGTH + SuperFrameHeader.BLOCKS_MAX * SuperFrameHeader.BLOCK_LENGTH;

    /** What stands before the first byte of a frame in its super-frame, at most. */
    private static final int HEADER_ROOM = HEADER_MAX + SegmentHeader.LENGTH + FrameRecord.LENGTH;

    private final SuperFrameSender sender;
    private final RetransmitQueue retransmits;
    private final Credit credit;
    private final Counters<AssociationCounter> counters;
    private final FrameBatch batch = new FrameBatch();
    private final NativeBuffer headerMemory = new NativeBuffer(HEADER_MAX);
    private final SuperFrameHeader header = new SuperFrameHeader();
    private final NativeBuffer partMemory =
            new NativeBuffer(SegmentHeader.LENGTH + FrameRecord.LENGTH);
    private final SegmentHeader part = new SegmentHeader();
    private final SliceList payload = new SliceList();
    private final NanoClock clock;

    /** The last super-frame as it was sealed; null as long as none was. */
    private NativeBuffer sealed;

    private int cycle = 1;

    /** NICs that have offered frames in this duty cycle. */
    private int flowCount;

    /** Bytes that each of them may send, so that none takes all of what there is. */
    private long quota = BYTES_PER_CYCLE;

    FrameSender(
            SuperFrameSender sender,
            RetransmitQueue retransmits,
            Credit credit,
            NanoClock clock,
            Counters<AssociationCounter> counters) {
        this.sender = sender;
        this.retransmits = retransmits;
        this.credit = credit;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Takes a frame, or does nothing when there is no room now.
     *
     * @throws InternalError when memory of the frame has vanished: it has not been taken
     */
    boolean offer(FrameFlow flow, OutboundFrame frame) {
        if (flow.isFirstOf(cycle)) {
            flow.grant(cycle, quota, BYTES_PER_CYCLE);
            flowCount++;
        }
        int length = frame.length();
        if (!flow.maySend()) {
            return false;
        }
        boolean isTaken =
                length <= COPY_MAX
                        ? offerCopy(flow, frame)
                        : offerGathered(flow, frame, clock.nanoTime());
        if (isTaken) {
            flow.use(FrameRecord.LENGTH + length);
        }
        return isTaken;
    }

    private boolean offerCopy(FrameFlow flow, OutboundFrame frame) {
        if (!batch.hasRoomFor(flow, frame.length()) && !flush(clock.nanoTime())) {
            return false;
        }
        if (!batch.isOpen(flow) && !flow.mayBegin(clock.nanoTime())) {
            return false;
        }
        batch.copy(flow, frame);
        return true;
    }

    private boolean offerGathered(FrameFlow flow, OutboundFrame frame, long nowNs) {
        boolean isOwn = batch.isOnly(flow) && batch.hasRoomFor(flow, frame.length());
        // Apart from other guests' frames: memory that vanishes takes with it what is sent with it.
        if (!isOwn && !flush(nowNs)) {
            return false;
        }
        int length = batch.length() + SegmentHeader.LENGTH + FrameRecord.LENGTH + frame.length();
        if (!batch.isOpen(flow) && !flow.mayBegin(nowNs) || !mayUse(length)) {
            return false;
        }
        begin(nowNs);
        if (length <= Association.SUPER_FRAME_MAX - header.length()) {
            batch.finish(payload, flow, frame);
            end(batch.segmentCount(), nowNs);
        } else {
            sendParts(flow, frame, nowNs);
        }
        batch.clear();
        return true;
    }

    /** Tells how far frames of the peer have been taken; false when there is no room now. */
    boolean report(int flow, int id, long nowNs) {
        if (!batch.hasRoomForReport() && !flush(nowNs)) {
            return false;
        }
        batch.report(flow, id);
        return true;
    }

    /** Ends the NIC's message; returns its number. */
    int endMessage(FrameFlow flow) {
        if (batch.isOpen(flow)) {
            batch.endMessage();
        }
        return flow.lastId();
    }

    /** Sends what was collected; false when it must wait. */
    private boolean flush(long nowNs) {
        if (batch.isEmpty()) {
            return true;
        }
        if (!mayUse(batch.length())) {
            return false;
        }
        begin(nowNs);
        batch.finish(payload);
        end(batch.segmentCount(), nowNs);
        batch.clear();
        return true;
    }

    private boolean mayUse(int length) {
        // A frame that is cut in two needs a second header.
        long needed = length + 2L * HEADER_ROOM;
        long next = sender.nextSequence();
        boolean hasCredit = needed <= credit.availableForFrames(next, retransmits.flightBytes());
        if (!hasCredit) {
            counters.increment(AssociationCounter.WAITS_FOR_CREDIT);
        }
        return hasCredit;
    }

    private void begin(long nowNs) {
        header.wrap(headerMemory.slice(), 0, HEADER_MAX)
                .write(sender.tag(), sender.nextSequence(), false);
        sender.writeWindow(header, retransmits.floor(sender.nextSequence()), nowNs);
        payload.clear();
        payload.add(headerMemory.slice(), 0, header.length());
    }

    private void end(int segmentCount, long nowNs) {
        header.writeSegmentCount(segmentCount);
        try {
            seal(nowNs);
            sender.sendNew(payload, nowNs);
        } catch (InternalError e) {
            // What a guest has taken away goes nowhere, and neither does what it sent before.
            batch.clear();
            throw e;
        }
        counters.increment(AssociationCounter.FRAMES_SENT);
        counters.increment(AssociationCounter.NIC_FRAMES_SENT);
        counters.add(AssociationCounter.BYTES_SENT, payload.length());
    }

    private void seal(long nowNs) {
        if (sender.isSealed()) {
            int length = (int) payload.length() + sender.overhead();
            sealed = sealed == null ? new NativeBuffer(FrameHeader.PAYLOAD_MAX) : sealed;
            sender.seal(payload, sealed.slice(), nowNs);
            payload.clear();
            payload.add(sealed.slice(), 0, length);
        }
    }

    /** Sends a frame that no super-frame has room for as one message in several. */
    private void sendParts(FrameFlow flow, OutboundFrame frame, long nowNs) {
        int id = flow.nextId();
        int messageLength = FrameRecord.LENGTH + frame.length();
        int sent = 0;
        // Limit: two rounds; what one super-frame holds is more than half of the longest frame.
        while (sent < messageLength) {
            if (sent > 0) {
                begin(nowNs);
            }
            int room = Association.SUPER_FRAME_MAX - header.length() - SegmentHeader.LENGTH;
            int length = Math.min(room, messageLength - sent);
            part.wrap(partMemory.slice(), 0, SegmentHeader.LENGTH)
                    .write(MessageKind.FRAMES, flow.flow(), id, messageLength, sent, length);
            payload.add(partMemory.slice(), 0, SegmentHeader.LENGTH);
            int recordLength = sent == 0 ? FrameRecord.LENGTH : 0;
            if (sent == 0) {
                frame.writeRecord(partMemory.slice(), SegmentHeader.LENGTH);
                payload.add(partMemory.slice(), SegmentHeader.LENGTH, FrameRecord.LENGTH);
            }
            int from = sent + recordLength - FrameRecord.LENGTH;
            payload.add(frame.data(), from, length - recordLength);
            end(1, nowNs);
            sent += length;
        }
    }

    /** Whether frames were, or wait to be, sent in this duty cycle. */
    boolean isBusy() {
        return flowCount > 0 || !batch.isEmpty();
    }

    /** Sends what was collected, as far as it may; returns how many super-frames. */
    int send(long nowNs) {
        return !batch.isEmpty() && flush(nowNs) ? 1 : 0;
    }

    /** A new duty cycle: sends what the last one has left; returns how many super-frames. */
    int transmit(long nowNs) {
        int count = send(nowNs);
        cycle++;
        long available =
                credit.availableForFrames(sender.nextSequence(), retransmits.flightBytes());
        quota = Math.min(BYTES_PER_CYCLE, Math.max(0, available)) / Math.max(1, flowCount);
        flowCount = 0;
        return count;
    }

    void close() {
        batch.close();
        headerMemory.close();
        partMemory.close();
        if (sealed != null) {
            sealed.close();
        }
    }
}
