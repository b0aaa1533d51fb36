// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

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
    private final byte[] input = new byte[20];

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
    int make(int address, int port, int clientSequence, long nowNs) {
        return hash(address, port, clientSequence, Math.floorDiv(nowNs, PERIOD_NS));
    }

    /** Whether {@code cookie} was made for this peer, not long ago. */
    boolean isGood(int cookie, int address, int port, int clientSequence, long nowNs) {
        long period = Math.floorDiv(nowNs, PERIOD_NS);
        return cookie == hash(address, port, clientSequence, period)
                || cookie == hash(address, port, clientSequence, period - 1);
    }

    private int hash(int address, int port, int clientSequence, long period) {
        put(0, address);
        put(4, port);
        put(8, clientSequence);
        put(12, (int) (period >>> 32));
        put(16, (int) period);
        byte[] hash = mac.doFinal(input);
        return (hash[0] & 0xFF) << 24
                | (hash[1] & 0xFF) << 16
                | (hash[2] & 0xFF) << 8
                | hash[3] & 0xFF;
    }

    private void put(int at, int value) {
        input[at] = (byte) (value >>> 24);
        input[at + 1] = (byte) (value >>> 16);
        input[at + 2] = (byte) (value >>> 8);
        input[at + 3] = (byte) value;
    }
}
