// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.secure.HmacSha256;
import io.vrio.transport.wire.FrameHeader;
import java.nio.ByteBuffer;

/**
 * The initial sequence numbers of an IOhyp: a keyed hash of who asks, so that a SYN needs no memory
 * nor garbage, and only who has received the SYN-ACK can go on (RFC 4987, 3.6). One worker.
 */
final class SynCookie {
    /** How long a cookie is good: one to two of these. */
    private static final long PERIOD_NS = 16_000_000_000L;

    private final HmacSha256 hmac;
    private final ByteBuffer input = ByteBuffer.allocate(32);

    /**
     * @param key unpredictable, of this process
     */
    SynCookie(byte[] key) {
        hmac = new HmacSha256(key);
    }

    /**
     * The sequence number of a SYN-ACK.
     *
     * @param header of a frame of the client, which says who it is
     * @param clientSequence of its SYN
     */
    int make(FrameHeader header, int clientSequence, long nowNs) {
        return hash(header, clientSequence, Math.floorDiv(nowNs, PERIOD_NS));
    }

    /** Whether {@code cookie} was made for this client, not long ago. */
    boolean isGood(int cookie, FrameHeader header, int clientSequence, long nowNs) {
        long period = Math.floorDiv(nowNs, PERIOD_NS);
        return cookie == hash(header, clientSequence, period)
                || cookie == hash(header, clientSequence, period - 1);
    }

    private int hash(FrameHeader header, int clientSequence, long period) {
        input.clear();
        input.putLong(header.sourceHigh())
                .putLong(header.sourceLow())
                .putInt(header.sourcePort())
                .putInt(clientSequence)
                .putLong(period);
        byte[] code = hmac.code(input.array());
        return (code[0] & 0xFF) << 24
                | (code[1] & 0xFF) << 16
                | (code[2] & 0xFF) << 8
                | code[3] & 0xFF;
    }
}
