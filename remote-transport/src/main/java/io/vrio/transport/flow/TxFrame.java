// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;

/**
 * One super-frame that was sent or is being built: its headers in memory of its own, its data where
 * the messages keep it. Kept until the peer has all of it. One worker.
 */
final class TxFrame {
    /** Limit: segments of one super-frame. */
    static final int SEGMENTS_MAX = 96;

    /** Limit: bytes up to which a header is copied: cheaper than one more piece to gather. */
    private static final int COPY_MAX = 128;

    /** Limit: holes that are resent one by one; what does not fit is resent as part of a hole. */
    private static final int HOLES_MAX = 64;

    private static final int AREA_LENGTH =
            SuperFrameHeader.LENGTH
                    + SuperFrameHeader.BLOCKS_MAX * SuperFrameHeader.BLOCK_LENGTH
                    + SEGMENTS_MAX * (SegmentHeader.LENGTH + COPY_MAX);

    /** A power of two; enough for small requests and their answers. */
    private static final int SEALED_MIN = 2048;

    private final NativeBuffer memory = new NativeBuffer(AREA_LENGTH);
    private final MemorySlice area = memory.slice();
    private final SliceList payload = new SliceList();
    private final SuperFrameHeader header = new SuperFrameHeader();
    private final SegmentHeader segment = new SegmentHeader();
    private final OutboundMessage[] owners = new OutboundMessage[SEGMENTS_MAX];
    private final int[] ownerLives = new int[SEGMENTS_MAX];
    private final int[] starts = new int[SEGMENTS_MAX];
    private final ByteRanges holes = new ByteRanges(HOLES_MAX);

    /** What is sent in place of memory that has vanished; null as long as none has. */
    private NativeBuffer substitute;

    /** What was sealed, and is sent; null as long as nothing was. Grows to the longest. */
    private NativeBuffer sealed;

    private boolean isSealed;
    private int segmentCount;
    private int areaUsed;
    private int areaGathered;
    private long start;
    private long firstSentNs;
    private long sentNs;
    private int attempts;

    /** Starts a new super-frame; its header is complete but for the blocks. */
    SuperFrameHeader begin(int tag, long start, boolean isReliable) {
        this.start = start;
        segmentCount = 0;
        attempts = 0;
        isSealed = false;
        dropSubstitute();
        payload.clear();
        holes.clear();
        header.wrap(area, 0, AREA_LENGTH).write(tag, start, isReliable);
        return header;
    }

    /** The header with its blocks is complete: segments follow. */
    void onHeaderComplete() {
        areaUsed = header.length();
        areaGathered = 0;
    }

    /** Bytes so far, with what is still to be gathered. */
    int length() {
        return (int) payload.length() + areaUsed - areaGathered;
    }

    boolean isFull() {
        return segmentCount == SEGMENTS_MAX;
    }

    /** Takes up to {@code lengthMax} unsent bytes of a message, 1 or more; returns how many. */
    int addSegment(OutboundMessage message, int lengthMax) {
        int length = Math.min(lengthMax, message.length() - message.sent());
        starts[segmentCount] = length();
        segment.wrap(area, areaUsed, AREA_LENGTH - areaUsed)
                .write(
                        message.kind(),
                        message.flow(),
                        message.id(),
                        message.length(),
                        message.sent(),
                        length);
        areaUsed += SegmentHeader.LENGTH;
        // Never a copy of a guest's data: its memory may have vanished, and then only the kernel
        // says so without harm to others.
        if (length <= COPY_MAX && message.isHeaderOnly()) {
            message.content().copyTo(message.sent(), area, areaUsed, length);
            areaUsed += length;
        } else {
            gatherArea();
            payload.add(message.content(), message.sent(), length);
        }
        owners[segmentCount] = message;
        ownerLives[segmentCount] = message.life();
        segmentCount++;
        message.onSend(length);
        return length;
    }

    private void gatherArea() {
        payload.add(area, areaGathered, areaUsed - areaGathered);
        areaGathered = areaUsed;
    }

    /** Nothing more is added. */
    void finish() {
        header.writeSegmentCount(segmentCount);
        gatherArea();
        holes.add(start, limit());
    }

    /** Where the super-frame is to be sealed, once it is finished. */
    MemorySlice sealedMemory(int overhead) {
        long length = payload.length() + overhead;
        if (sealed == null || sealed.slice().length() < length) {
            if (sealed != null) {
                sealed.close();
            }
            sealed = new NativeBuffer(Math.max(SEALED_MIN, Long.highestOneBit(length - 1) << 1));
        }
        return sealed.slice();
    }

    /** What was sealed is what is sent from now on. */
    void onSealed(int overhead) {
        int length = (int) payload.length() + overhead;
        payload.clear();
        payload.add(sealed.slice(), 0, length);
        holes.add(start, limit());
        isSealed = true;
    }

    boolean isSealed() {
        return isSealed;
    }

    /**
     * Some memory of the data has vanished. A frame that can never be sent would hold up all that
     * come after it, also those of other guests: zeroes go in its place, and the messages that are
     * hit are told.
     */
    void replaceLostData() {
        substitute();
    }

    /**
     * The messages of a flow end although the peer may not have them, and their memory is needed
     * for other things: what is sent again of them is a copy.
     */
    void disown(int flow) {
        boolean isHit = false;
        for (int i = 0; i < segmentCount; i++) {
            if (owners[i] != null && isOwned(i) && owners[i].flow() == flow) {
                owners[i] = null;
                isHit = true;
            }
        }
        if (isHit && substitute == null && !isSealed) {
            substitute();
        }
    }

    /** Whether a segment is part of a message that has not ended. */
    private boolean isOwned(int index) {
        return owners[index].isUnderWay() && owners[index].life() == ownerLives[index];
    }

    private void substitute() {
        int length = (int) payload.length();
        NativeBuffer copy = new NativeBuffer(length);
        int at = 0;
        for (int i = 0; i < payload.count(); i++) {
            if (!copyPiece(at, payload.length(i), copy.slice())) {
                onDataLost(at, payload.length(i));
            }
            at += payload.length(i);
        }
        payload.clear();
        payload.add(copy.slice(), 0, length);
        dropSubstitute();
        substitute = copy;
    }

    private boolean copyPiece(int at, int length, MemorySlice target) {
        try {
            payload.copyTo(at, target, at, length);
            MemoryFaults.raisePending();
            return true;
        } catch (InternalError e) {
            target.fill(at, length, (byte) 0);
            return false;
        }
    }

    private void onDataLost(int at, int length) {
        for (int i = 0; i < segmentCount; i++) {
            int limit = i + 1 < segmentCount ? starts[i + 1] : (int) payload.length();
            boolean isHit = starts[i] < at + length && limit > at;
            if (isHit && owners[i] != null && isOwned(i)) {
                owners[i].onDataLost();
            }
        }
    }

    private void dropSubstitute() {
        if (substitute != null) {
            substitute.close();
            substitute = null;
        }
    }

    /** Whether every message in it is under way or disowned; if not, the peer has answered it. */
    boolean isLive() {
        for (int i = 0; i < segmentCount; i++) {
            if (owners[i] != null && !isOwned(i)) {
                return false;
            }
        }
        return true;
    }

    /** Tells the messages that are still under way, and forgets them. */
    void onAcknowledged() {
        for (int i = 0; i < segmentCount; i++) {
            OutboundMessage owner = owners[i];
            boolean isTold = owner != null && isOwned(i);
            owners[i] = null;
            if (isTold) {
                owner.onFrameAcknowledged();
            }
        }
        segmentCount = 0;
        payload.clear();
        dropSubstitute();
    }

    /** Forgets the messages without telling them: the association has ended. */
    void forget() {
        for (int i = 0; i < segmentCount; i++) {
            owners[i] = null;
        }
        segmentCount = 0;
    }

    void onSend(long nowNs) {
        firstSentNs = attempts == 0 ? nowNs : firstSentNs;
        sentNs = nowNs;
        attempts++;
    }

    /** What was sent often is counted as sent a second time just now, in other pieces. */
    void onNarrowed() {
        attempts = Math.min(attempts, 2);
    }

    SliceList payload() {
        return payload;
    }

    /** What was said to have come cannot all be true. */
    void onWhollyMissing() {
        holes.add(start, limit());
    }

    /** Whether nothing of it is known to have come. */
    boolean isWhollyMissing() {
        return holes.contains(start, limit());
    }

    /** What the peer is not known to have. */
    ByteRanges holes() {
        return holes;
    }

    long start() {
        return start;
    }

    long limit() {
        return start + payload.length();
    }

    long sentNs() {
        return sentNs;
    }

    long firstSentNs() {
        return firstSentNs;
    }

    /** How often any of it was sent. */
    int attempts() {
        return attempts;
    }

    void close() {
        dropSubstitute();
        if (sealed != null) {
            sealed.close();
        }
        memory.close();
    }
}
