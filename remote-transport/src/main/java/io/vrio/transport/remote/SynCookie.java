// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.wire.Endpoint;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The initial sequence numbers of an IOhyp: a keyed hash of who asks, so that a SYN needs no memory
 * and only who has received the SYN-ACK can go on (RFC 4987, 3.6). One worker.
 */
final class SynCookie {
    /** How long a cookie is good: one to two of these. */
    private static final long PERIOD_NS = 16_000_000_000L;

    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;
    private final byte[] input = new byte[32];

    /**
     * @param key unpredictable, of this process
     */
    SynCookie(byte[] key) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** The sequence number of a SYN-ACK. */
    int make(Endpoint client, int clientSequence, long nowNs) {
        return hash(client, clientSequence, Math.floorDiv(nowNs, PERIOD_NS));
    }

    /** Whether {@code cookie} was made for this peer, not long ago. */
    boolean isGood(int cookie, Endpoint client, int clientSequence, long nowNs) {
        long period = Math.floorDiv(nowNs, PERIOD_NS);
        return cookie == hash(client, clientSequence, period)
                || cookie == hash(client, clientSequence, period - 1);
    }

    private int hash(Endpoint client, int clientSequence, long period) {
        ByteBuffer.wrap(input)
                .putLong(client.address().high())
                .putLong(client.address().low())
                .putInt(client.port())
                .putInt(clientSequence)
                .putLong(period);
        byte[] hash = mac.doFinal(input);
        return ByteBuffer.wrap(hash).getInt();
    }
}
