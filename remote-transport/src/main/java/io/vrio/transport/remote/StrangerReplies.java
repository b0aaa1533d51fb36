// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.Link;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.secure.RefusalReason;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import java.util.random.RandomGenerator;

/**
 * What an IOhyp says to those whom it does not know, or not yet: never more bytes than have come,
 * and without remembering anything of them. One worker.
 */
final class StrangerReplies implements AutoCloseable {
    /** Limit: RSTs in one interval, so that nobody can make us flood a third party. */
    static final int RSTS_MAX = 16;

    private static final long RST_INTERVAL_NS = 100_000_000L;
    private static final int SYN_WINDOW = 65535;
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private final Link link;
    private final int mtu;
    private final Counters<EndpointCounter> counters;
    private final SynCookie cookies;
    private final HandshakeSender handshakes = new HandshakeSender();
    private final NativeBuffer memory = new NativeBuffer(128);
    private final MemorySlice headers = memory.slice();
    private FrameWriter writer;
    private long rstIntervalNs;
    private int rstsSent;

    /**
     * @param random unpredictable: the key of the cookies comes from it
     */
    StrangerReplies(
            Endpoint local,
            Link link,
            int mtu,
            Counters<EndpointCounter> counters,
            RandomGenerator random,
            long nowNs) {
        this.link = link;
        this.mtu = mtu;
        moveTo(local);
        this.counters = counters;
        rstIntervalNs = nowNs;
        byte[] key = new byte[32];
        random.nextBytes(key);
        cookies = new SynCookie(key);
    }

    /** From now on they hear it from this end. */
    void moveTo(Endpoint newLocal) {
        writer = new FrameWriter(newLocal, newLocal, mtu);
    }

    void answerSyn(FrameHeader header, long nowNs) {
        counters.increment(EndpointCounter.SYNS);
        int sequence = header.sequence();
        int cookie = cookies.make(header, sequence, nowNs);
        FrameWriter answer = writer(header);
        // A middlebox may have lowered what it announces, in this direction only: told back.
        answer.mtu(Math.min(mtu, header.announcedMtu()));
        int length = answer.writeSynAck(headers, cookie & LOW_32, sequence + 1L, SYN_WINDOW);
        answer.mtu(mtu);
        link.send(headers, length, null, 0, 0);
    }

    /** Whether somebody's first frame with payload proves that he has received our SYN-ACK. */
    boolean isInvited(FrameHeader header, long nowNs) {
        return header.flags() == (FrameHeader.ACK | FrameHeader.PSH)
                && header.payloadLength() == header.superFrameLength()
                && cookies.isGood(
                        header.acknowledgement() - 1,
                        header,
                        (int) header.superFrameStart48() - 1,
                        nowNs);
    }

    /** Answers an opening, or the copy of one. */
    void sendHandshake(FrameHeader header, byte[] message) {
        handshakes.send(
                link,
                writer(header),
                header.acknowledgement() & LOW_32,
                sequenceLimit(header),
                message);
    }

    void sayRefused(FrameHeader header, RefusalReason reason, long nowNs) {
        byte[] message = HandshakeMessage.encode(new Refusal(reason));
        if (header.payloadLength() >= message.length) {
            sendHandshake(header, message);
        } else {
            sendRst(header, nowNs);
        }
    }

    void sendRst(FrameHeader header, long nowNs) {
        if (nowNs - rstIntervalNs >= RST_INTERVAL_NS) {
            rstIntervalNs = nowNs;
            rstsSent = 0;
        }
        if ((header.flags() & FrameHeader.RST) != 0 || rstsSent == RSTS_MAX) {
            counters.increment(EndpointCounter.FRAMES_UNKNOWN);
            return;
        }
        rstsSent++;
        counters.increment(EndpointCounter.RSTS_SENT);
        long sequence = header.acknowledgement() & LOW_32;
        int length = writer(header).writeRst(headers, sequence, sequenceLimit(header));
        link.send(headers, length, null, 0, 0);
    }

    private static long sequenceLimit(FrameHeader header) {
        return (header.sequence() & LOW_32) + header.payloadLength();
    }

    /** Allocates nothing: it is used for everybody who sends anything. */
    private FrameWriter writer(FrameHeader header) {
        writer.replyTo(header);
        return writer;
    }

    @Override
    public void close() {
        handshakes.close();
        memory.close();
    }
}
