// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.wire.FrameWriter;

/**
 * Puts the super-frames of one association on the link: gives them their sequences, and has each
 * carry what was received of the peer's. One worker.
 */
final class SuperFrameSender {
    private final Link link;
    private final Protection protection;
    private final FrameWriter writer;
    private final ReceiveWindow window;
    private final Credit credit;
    private final AckTimer acks;
    private final Counters<AssociationCounter> counters;
    private final NativeBuffer headersMemory = new NativeBuffer(128);
    private final MemorySlice headers = headersMemory.slice();
    private final int packetOverhead;
    private int tag;
    private long nextSequence;
    private long highestReceived;
    private long lastSentNs;

    SuperFrameSender(AssociationSetup setup, Link link, Ledger ledger) {
        this.link = link;
        protection = setup.protection();
        window = ledger.window();
        credit = ledger.credit();
        acks = ledger.acks();
        counters = ledger.counters();
        packetOverhead = setup.local().address().version().segmentOverhead();
        writer = new FrameWriter(setup.local(), setup.remote(), setup.mtu());
        nextSequence = setup.firstSent();
        highestReceived = setup.firstReceived();
    }

    /** What the peer's super-frames must carry from now on. */
    void tag(int newTag) {
        tag = newTag;
    }

    int tag() {
        return tag;
    }

    void mtu(int mtu) {
        writer.mtu(mtu);
    }

    /** From now on frames go to this station. */
    void hardwareAddress(long address) {
        writer.hardwareAddress(address);
    }

    long hardwareAddress() {
        return writer.hardwareAddress();
    }

    int segmentPayloadMax() {
        return writer.segmentPayloadMax();
    }

    /** The sequence of the next super-frame. */
    long nextSequence() {
        return nextSequence;
    }

    /** The highest sequence of the peer's that has come, for middleboxes. */
    long highestReceived() {
        return highestReceived;
    }

    void onReceived(long limit) {
        highestReceived = Math.max(highestReceived, limit);
    }

    long lastSentNs() {
        return lastSentNs;
    }

    void lastSentNs(long nowNs) {
        lastSentNs = nowNs;
    }

    /** Completes a header, but for the number of segments, with what the peer should know. */
    void writeWindow(SuperFrameHeader header, long floor, long nowNs) {
        credit.extend(window.next());
        int delayUs = (int) (acks.delayNs(nowNs) / 1000);
        header.writeWindow(floor, window.next(), credit.limit(), delayUs);
        header.writeUnseen((int) (acks.newestUnseenNs() / 1000));
        window.writeBlocks(header);
        if (acks.takeTwice()) {
            header.writeTwice();
        }
    }

    /** Bytes that sealing adds to a super-frame. */
    int overhead() {
        return protection.overhead();
    }

    /** Bytes of a packet that only acknowledges, now. */
    int acknowledgementLength() {
        return packetOverhead
                + SuperFrameHeader.LENGTH
                + window.blockCount() * SuperFrameHeader.BLOCK_LENGTH
                + protection.overhead();
    }

    boolean isSealed() {
        return protection.isSealed();
    }

    /**
     * Copies a super-frame, complete but for its seal, and seals the copy: nobody can change what
     * was sealed, and it is sent again as it is.
     *
     * @param target room for the super-frame and {@link #overhead}
     * @throws InternalError when memory of the payload has vanished: nothing has happened
     */
    void seal(SliceList payload, MemorySlice target, long nowNs) {
        int length = (int) payload.length();
        payload.copyTo(0, target, 0, length);
        MemoryFaults.raisePending();
        protection.seal(target, length, credit.acknowledged(), nowNs);
    }

    /**
     * Sends the next super-frame; its sequences are used even when the link does not take it.
     *
     * @throws InternalError when memory of the payload has vanished: nothing has happened
     */
    boolean sendNew(SliceList payload, long nowNs) {
        int length = (int) payload.length();
        int windowBytes = credit.windowBytes(highestReceived);
        int headersLength =
                writer.writeData(headers, nextSequence, highestReceived, windowBytes, length);
        boolean isTaken = link.send(headers, headersLength, payload, 0, length);
        if (!isTaken) {
            counters.increment(AssociationCounter.SENDS_REFUSED);
        }
        nextSequence += length;
        acks.onAcknowledged();
        lastSentNs = nowNs;
        return isTaken;
    }

    /**
     * Sends a range of an earlier super-frame again.
     *
     * @throws InternalError when memory of the payload has vanished: nothing has happened
     */
    boolean resend(TxFrame frame, int offset, int length) {
        int headersLength =
                writer.writePiece(
                        headers,
                        frame.start(),
                        (int) (frame.limit() - frame.start()),
                        offset,
                        highestReceived,
                        credit.windowBytes(highestReceived),
                        length);
        return link.send(headers, headersLength, frame.payload(), offset, length);
    }

    void sendFin() {
        int windowBytes = credit.windowBytes(highestReceived);
        int length = writer.writeFin(headers, nextSequence, highestReceived, windowBytes);
        link.send(headers, length, null, 0, 0);
        nextSequence++;
    }

    void sendRst() {
        int length = writer.writeRst(headers, nextSequence, highestReceived);
        link.send(headers, length, null, 0, 0);
    }

    void close() {
        headersMemory.close();
        protection.close();
    }
}
