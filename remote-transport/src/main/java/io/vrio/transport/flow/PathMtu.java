// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * The longest IP packet that the path to the peer is believed to carry: lowered, size by size, when
 * something is lost again and again while what is sent later arrives. Routers tell TCP of such a
 * thing, and packet sockets not; many tell nobody (RFC 8899). One thread.
 */
final class PathMtu {
    /** Limit: so long after what does not arrive, later things still must. */
    static final long STEP_NS = 500_000_000L;

    /** Limit: what was sent less often may have been lost by chance. */
    static final int ATTEMPTS_MIN = 4;

    /** Limit: so often more, when it was sent in shorter pieces already. */
    private static final int ATTEMPTS_MORE = 2;

    /** Those of links and tunnels, the largest first; in between little is lost. */
    private static final int[] SIZES = {8166, 4352, 1500, 1400, 1280, 1006, 576};

    private final int min;
    private int bytes;
    private long loweredNs;
    private long loweredStart = -1;
    private int loweredAttempts;

    /**
     * @param bytes what the ends have
     * @param min what every path has
     */
    PathMtu(int bytes, int min, long nowNs) {
        this.bytes = bytes;
        this.min = min;
        loweredNs = nowNs;
    }

    int bytes() {
        return bytes;
    }

    /** The ends have agreed on this, or on more. */
    void agree(int mtu) {
        bytes = Math.min(bytes, mtu);
    }

    /**
     * Whether the path seems to be narrower: the oldest that the peer is not known to have does not
     * arrive, what is sent later does, and none of that has a segment of full length. Where some
     * have, the path is crowded.
     */
    boolean isDoubtful(RetransmitQueue sent) {
        if (sent.count() == 0 || sent.isCarryingLong(STEP_NS)) {
            return false;
        }
        TxFrame oldest = sent.oldest();
        long arrivalNs = sent.reportNs();
        boolean isSame = oldest.start() == loweredStart;
        int attemptsMin = isSame ? loweredAttempts + ATTEMPTS_MORE : ATTEMPTS_MIN;
        return bytes > min
                && oldest.attempts() >= attemptsMin
                && arrivalNs - oldest.firstSentNs() >= STEP_NS
                && arrivalNs - loweredNs >= STEP_NS;
    }

    /** Takes the next size; {@code oldest} is sent again in pieces of that. */
    void lower(TxFrame oldest, long nowNs) {
        loweredNs = nowNs;
        loweredStart = oldest.start();
        loweredAttempts = oldest.attempts();
        bytes = nextSize();
    }

    private int nextSize() {
        for (int size : SIZES) {
            if (size < bytes) {
                return Math.max(min, size);
            }
        }
        return min;
    }
}
